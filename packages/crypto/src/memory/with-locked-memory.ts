/** The public function that waits for locked memory. `#memory` resolves to the runtime's implementation. */
import { withLockedMemory as waitForRoom } from '#memory';
import type { RoomOptions } from './room.js';

/**
 * Runs `task`, which takes memory with `requireLocked`. If there is no room, waits in line until others have released
 * theirs, and runs it again.
 *
 * @param task must undo everything it did when it fails, because it may be run again
 * @throws {SecurityError} `MEMORY_NOT_LOCKED`: immediately if there can never be enough room, otherwise when the
 *   timeout is over; the message says which limit to raise, and to what
 * @throws the signal's reason, and whatever else `task` throws
 * @example
 * ```ts
 * const json = await withLockedMemory(() => encodePayload(request, { requireLocked: true }), { timeout: 60_000 });
 * ```
 */
export function withLockedMemory<T>(task: () => T | Promise<T>, options: RoomOptions): Promise<T> {
  return waitForRoom(task, options);
}
