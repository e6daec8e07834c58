/** Code that most pages never need, and that is loaded when it is needed. */
import { APIConnectionError } from './errors.js';

/**
 * @param load imports the part
 * @param possiblyExecuted whether a request may have been run by now, which the error repeats
 * @throws {APIConnectionError} when its file cannot be loaded: a page may be offline, or an older build than its server
 */
export async function loadPart<T>(load: () => Promise<T>, possiblyExecuted = false): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const message = 'a part of nomyo-js cannot be loaded: check the network, and reload the page';
    throw new APIConnectionError(message, { cause, possiblyExecuted });
  }
}
