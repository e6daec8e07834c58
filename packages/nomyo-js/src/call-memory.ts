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
  /** Whether all of it must be locked. */
  readonly isRequired: boolean;
  /** Whether all of it was locked so far. */
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

  /** Runs `task`, which takes memory with {@link options}; where that must be locked, it waits until there is room. */
  take<T>(task: () => T | Promise<T>, room: RoomOptions): T | Promise<T> {
    return this.isRequired ? withLockedMemory(task, room) : task();
  }
}

/** The listener for memory that is not locked: it reports the first piece of one client. */
export function createLockWarning(options: SecureByteContextOptions, emit: Emit): (bytes: number) => void {
  let isTold = options.secure === false;
  return (bytes) => {
    if (isTold) return;
    isTold = true;
    emit({ message: 'nomyo:memory-not-locked', bytes, reason: getMemoryProtectionInfo(options).details });
  };
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
 * Where memory must be locked, a key of this process must be, too. One that is elsewhere is its keeper's concern.
 *
 * @throws {SecurityError} `MEMORY_NOT_LOCKED`
 */
export function checkKeyLock({ locked }: KeySource): void {
  if (locked !== false) return;
  throw new SecurityError('MEMORY_NOT_LOCKED', 'keys: the private key is in memory that is not locked');
}
