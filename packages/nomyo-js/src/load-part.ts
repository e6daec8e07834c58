/** Code that most pages never need, and that is loaded when it is needed. */
import { APIConnectionError } from '@nomyo/transport';

/**
 * @param load imports the part
 * @throws {APIConnectionError} when its file cannot be loaded: a page may be offline, or an older build than its server
 */
export async function loadPart<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const message = 'a part of nomyo-js cannot be loaded: check the network, and reload the page';
    throw new APIConnectionError(message, { cause, possiblyExecuted: false });
  }
}
