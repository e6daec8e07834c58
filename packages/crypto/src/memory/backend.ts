/** What {@link SecureByteContext} needs of a runtime's memory. `#memory` chooses the backend of the runtime. */
import type { Bytes } from '@nomyo/base';

/** How the memory for secrets is chosen. */
export interface MemoryOptions {
  /** Take protected memory and wipe it after use. Default: `true`. */
  readonly secure?: boolean;
  /**
   * Refuse memory that the operating system does not lock, with `MEMORY_NOT_LOCKED`, before a byte of a secret is in
   * it. Default: `false`.
   */
  readonly requireLocked?: boolean;
  /** Called for each piece of memory that is not locked, with its length in bytes. Default: nothing is called. */
  readonly onUnlocked?: (bytes: number) => void;
}

/** Memory with one owner. */
export interface ProtectedMemory {
  /** In bytes. */
  readonly length: number;
  /** The memory itself. */
  readonly bytes: Bytes;
  /** Whether the operating system keeps it out of swap. */
  readonly locked: boolean;
  /** Zeroes it, even if others hold views, and gives it back once nothing can write to it any more. Idempotent. */
  release(): void;
}

/** Memory that could not be locked. */
export interface UnlockedMemory {
  /** In use now. */
  readonly bytes: number;
  /** Pieces in use now. */
  readonly regions: number;
  /** Since the process began. */
  readonly totalBytes: number;
  /** Pieces since the process began. */
  readonly totalRegions: number;
}

/** How secrets are protected in this process, at this moment. */
export interface MemoryProtectionInfo {
  /**
   * `mlock`: locked pages, wiped after use. `zero-only`: ordinary memory, wiped after use. `none`: protection is
   * off.
   */
  readonly method: 'mlock' | 'zero-only' | 'none';
  /** Whether memory can be locked right now. `false` also while memory is in use that could not be. */
  readonly canLock: boolean;
  /** Whether all secrets are both locked and wiped at this moment. */
  readonly isPlatformSecure: boolean;
  /** Locked now, in bytes. */
  readonly lockedBytes: number;
  /** What may be locked (`RLIMIT_MEMLOCK`), in bytes. `null`: there is no limit, or nothing can be locked at all. */
  readonly limitBytes: number | null;
  /** What could not be locked. Left out where nothing is ever locked. */
  readonly unlocked?: UnlockedMemory;
  /** The same in words, and what is missing. */
  readonly details: string;
}

/** One way of getting memory. */
export interface MemoryBackend {
  /**
   * Zeroed memory of `length` bytes.
   *
   * @throws {MemoryNotLockedError} with `mustLock`, when it cannot be locked
   */
  allocate(length: number, mustLock: boolean): ProtectedMemory;
  describe(): MemoryProtectionInfo;
}
