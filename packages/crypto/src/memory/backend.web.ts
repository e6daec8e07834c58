import type { MemoryBackend } from './backend.js';
import { zeroOnly } from './ordinary.js';
import type { RoomOptions } from './room.js';

/** Memory that is wiped; no browser can lock memory. */
export function chooseBackend(): MemoryBackend {
  return zeroOnly('This runtime cannot lock memory.');
}

/** Runs `task` without waiting: nothing can be locked here, so waiting for room would not help. */
export async function withLockedMemory<T>(task: () => T | Promise<T>, { signal }: RoomOptions): Promise<T> {
  signal?.throwIfAborted();
  return task();
}
