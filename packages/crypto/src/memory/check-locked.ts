import { MemoryNotLockedError } from './not-locked.js';
import { SecureByteContext } from './secure-byte-context.js';

/**
 * Memory that a request of ordinary size and its answer take at one time, in bytes: some ten thousand words each, and
 * room for parts of the request that exist twice while it is written.
 */
const ORDINARY_CALL_BYTES = 1024 * 1024;

/**
 * Checks, by trying, that memory can be locked for a call. It does not fail just because too much is in use at this
 * moment; {@link withLockedMemory} waits for that.
 *
 * @param bytes default: 1 MiB, enough for a request of ordinary size and its answer
 * @throws {SecurityError} `MEMORY_NOT_LOCKED` when so many bytes can never be locked; the message says which limit to
 *   raise, and to what
 * @example
 * checkLockedMemory(4 * 1024 * 1024);
 */
export function checkLockedMemory(bytes: number = ORDINARY_CALL_BYTES): void {
  try {
    SecureByteContext.allocate(bytes, { requireLocked: true }).dispose();
  } catch (error) {
    if (!(error instanceof MemoryNotLockedError) || error.isHopeless) throw error;
  }
}
