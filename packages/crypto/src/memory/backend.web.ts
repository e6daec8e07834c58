import type { MemoryBackend } from './backend.js';
import { zeroOnly } from './ordinary.js';
import type { RoomOptions } from './room.js';

/** Memory that is wiped: no browser can lock any. */
export function chooseBackend(): MemoryBackend {
  return zeroOnly('This runtime cannot lock memory.');
}

/** Nothing can be locked here: there is no room to wait for, and `task` is refused at once. */
export async function withLockedMemory<T>(task: () => T | Promise<T>, { signal }: RoomOptions): Promise<T> {
  signal?.throwIfAborted();
  return task();
}
