/** Loads code that most pages never need. */
import { APIConnectionError } from './errors.js';

/**
 * Loads a part of the SDK.
 *
 * @param load imports the part
 * @param possiblyExecuted whether a request may have been run by now, for the error
 * @throws {APIConnectionError} when its file cannot be loaded: the page may be offline, or an older build than its
 *   server
 */
export async function loadPart<T>(load: () => Promise<T>, possiblyExecuted = false): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const message = 'a part of nomyo-js cannot be loaded: check the network, and reload the page';
    throw new APIConnectionError(message, { cause, possiblyExecuted });
  }
}
