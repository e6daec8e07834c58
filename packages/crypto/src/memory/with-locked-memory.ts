/** The public face of the wait for locked memory; which runtime it is, `#memory` decides. */
import { withLockedMemory as waitForRoom } from '#memory';
import type { RoomOptions } from './room.js';

/**
 * Runs `task`, which takes memory with `requireLocked`. If there is no room for it, waits in line until others have
 * released theirs, and runs it again.
 *
 * @param task undoes what it did before it fails
 * @throws {SecurityError} `MEMORY_NOT_LOCKED`: at once when there can never be room, or when the time is over; the
 *   message says which limit to raise to what
 * @throws the signal's reason, and whatever else `task` throws
 * @example
 * ```ts
 * const json = await withLockedMemory(() => encodePayload(request, { requireLocked: true }), { timeout: 60_000 });
 * ```
 */
export function withLockedMemory<T>(task: () => T | Promise<T>, options: RoomOptions): Promise<T> {
  return waitForRoom(task, options);
}
