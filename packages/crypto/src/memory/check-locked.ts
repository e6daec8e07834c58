import { MemoryNotLockedError } from './not-locked.js';
import { SecureByteContext } from './secure-byte-context.js';

/**
 * What a request of ordinary size and its answer take at once, in bytes: some ten thousand words each, and what is
 * written twice while a request is made.
 */
const ORDINARY_CALL_BYTES = 1024 * 1024;

/**
 * Whether memory can be locked for a call, tried out. Memory that is in use at this moment is no reason to refuse: see
 * {@link withLockedMemory}.
 *
 * @param bytes default: 1 MiB, what a request of ordinary size and its answer take
 * @throws {SecurityError} `MEMORY_NOT_LOCKED` when so much can never be locked; the message says which limit to raise
 *   to what
 */
export function checkLockedMemory(bytes: number = ORDINARY_CALL_BYTES): void {
  try {
    SecureByteContext.allocate(bytes, { requireLocked: true }).dispose();
  } catch (error) {
    if (!(error instanceof MemoryNotLockedError) || error.isHopeless) throw error;
  }
}
