/** The memory of calls, which is locked if that is required. */
import { SecurityError } from '@nomyo/base';
import {
  checkLockedMemory,
  getMemoryProtectionInfo,
  withLockedMemory,
  type KeySource,
  type RoomOptions,
  type SecureByteContextOptions,
} from '@nomyo/crypto';
import type { Emit } from '../events.js';

/** Memory of one call. */
export class CallMemory {
  /** Options for all memory that is taken for this call. */
  readonly options: SecureByteContextOptions;
  /** Whether all of it must be locked. */
  readonly isRequired: boolean;
  /** Whether all of it has been locked so far. */
  locked = true;

  constructor(options: SecureByteContextOptions, tell: (bytes: number) => void) {
    this.isRequired = options.requireLocked === true;
    this.options = {
      ...options,
      onUnlocked: (bytes) => {
        if (this.locked) tell(bytes);
        this.locked = false;
      },
    };
  }

  /** Runs `task`, which takes memory with {@link options}. If the memory must be locked, waits until there is room. */
  take<T>(task: () => T | Promise<T>, room: RoomOptions): T | Promise<T> {
    return this.isRequired ? withLockedMemory(task, room) : task();
  }
}

/** Makes the listener for memory that is not locked, which reports only the first piece of a client. */
export function createLockWarning(options: SecureByteContextOptions, emit: Emit): (bytes: number) => void {
  let isTold = options.secure === false;
  return (bytes) => {
    if (isTold) return;
    isTold = true;
    emit({ message: 'nomyo:memory-not-locked', bytes, reason: getMemoryProtectionInfo(options).details });
  };
}

/**
 * Checks that a request of ordinary size and its answer can be locked in this process.
 *
 * @throws {SecurityError} `MEMORY_NOT_LOCKED`, which says which limit to raise, and to what
 */
export function checkLocks(options: SecureByteContextOptions): void {
  if (options.secure === false) {
    throw new SecurityError('MEMORY_NOT_LOCKED', getMemoryProtectionInfo(options).details);
  }
  checkLockedMemory();
}

/**
 * Checks that a private key is locked, if it is in this process. Called where memory must be locked. The memory of a
 * key held elsewhere is its keeper's responsibility.
 *
 * @throws {SecurityError} `MEMORY_NOT_LOCKED`
 */
export function checkKeyLock({ locked }: KeySource): void {
  if (locked !== false) return;
  throw new SecurityError('MEMORY_NOT_LOCKED', 'keys: the private key is in memory that is not locked');
}
