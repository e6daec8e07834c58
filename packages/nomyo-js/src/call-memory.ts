/** The memory of calls: locked where that is required, and known to be locked or not. */
import { SecurityError } from '@nomyo/base';
import {
  checkLockedMemory,
  getMemoryProtectionInfo,
  withLockedMemory,
  type KeySource,
  type RoomOptions,
  type SecureByteContextOptions,
} from '@nomyo/crypto';
import type { Emit } from './events.js';

/** Memory of one call. */
export class CallMemory {
  /** For everything that takes memory for this call. */
  readonly options: SecureByteContextOptions;
  #locked = true;

  constructor(options: SecureByteContextOptions, onUnlocked: (bytes: number) => void) {
    this.options = {
      ...options,
      onUnlocked: (bytes) => {
        this.#locked = false;
        onUnlocked(bytes);
      },
    };
  }

  /** Whether all of it was locked so far. */
  get locked(): boolean {
    return this.#locked;
  }

  get isRequired(): boolean {
    return this.options.requireLocked === true;
  }

  /** Runs `task`, which takes memory with {@link options}; where that must be locked, it waits until there is room. */
  take<T>(task: () => T | Promise<T>, room: RoomOptions): T | Promise<T> {
    return this.isRequired ? withLockedMemory(task, room) : task();
  }
}

/** Makes the memory of each call of one client, which tells of the first piece that is not locked. */
export function createCallMemory(options: SecureByteContextOptions, emit: Emit): () => CallMemory {
  let isTold = options.secure === false;
  const tell = (bytes: number): void => {
    if (isTold) return;
    isTold = true;
    emit({ message: 'nomyo:memory-not-locked', bytes, reason: getMemoryProtectionInfo(options).details });
  };
  return () => new CallMemory(options, tell);
}

/**
 * Whether a request of ordinary size and its answer can be locked in this process.
 *
 * @throws {SecurityError} `MEMORY_NOT_LOCKED`, which says which limit to raise to what
 */
export function checkLocks(options: SecureByteContextOptions): void {
  if (options.secure === false) {
    throw new SecurityError('MEMORY_NOT_LOCKED', getMemoryProtectionInfo(options).details);
  }
  checkLockedMemory();
}

/**
 * A key of this process must be locked too. One that is elsewhere is its keeper's concern.
 *
 * @throws {SecurityError} `MEMORY_NOT_LOCKED`
 */
export function checkKeyLock({ locked }: KeySource, { isRequired }: CallMemory): void {
  if (!isRequired || locked !== false) return;
  throw new SecurityError('MEMORY_NOT_LOCKED', 'keys: the private key is in memory that is not locked');
}
