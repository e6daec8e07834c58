/** The memory interface that {@link SecureByteContext} needs. `#memory` resolves to the runtime's backend. */
import type { Bytes } from '@nomyo/base';

/** Options for memory that holds secrets. */
export interface MemoryOptions {
  /** Uses protected memory, and wipes it after use. Default: `true`. */
  readonly secure?: boolean;
  /**
   * Refuses memory that the operating system does not lock, with a `SecurityError` `MEMORY_NOT_LOCKED`, before any byte
   * of a secret is in it. Default: `false`.
   */
  readonly requireLocked?: boolean;
  /** Called for each piece of memory that is not locked, with its length in bytes. Default: none. */
  readonly onUnlocked?: (bytes: number) => void;
}

/** Memory with one owner. */
export interface ProtectedMemory {
  /** In bytes. */
  readonly length: number;
  /** The memory itself. */
  readonly bytes: Bytes;
  /** Whether the operating system keeps this memory out of swap. */
  readonly locked: boolean;
  /** Zeroes the memory, even if others hold views, and returns it once nothing can write to it any more. Idempotent. */
  release(): void;
}

/** Memory that could not be locked. */
export interface UnlockedMemory {
  /** Bytes in use now. */
  readonly bytes: number;
  /** Pieces in use now. */
  readonly regions: number;
  /** Bytes since the process began. */
  readonly totalBytes: number;
  /** Pieces since the process began. */
  readonly totalRegions: number;
}

/** The protection of secrets in this process, at this moment. */
export interface MemoryProtectionInfo {
  /**
   * `mlock`: locked pages, wiped after use. `zero-only`: ordinary memory, wiped after use. `none`: protection is
   * off.
   */
  readonly method: 'mlock' | 'zero-only' | 'none';
  /** Whether memory can be locked now. Also `false` while any memory is in use that could not be locked. */
  readonly canLock: boolean;
  /** Whether all secrets are both locked and wiped at this moment. */
  readonly isPlatformSecure: boolean;
  /** Memory locked now, in bytes. */
  readonly lockedBytes: number;
  /** Most memory that may be locked (`RLIMIT_MEMLOCK`), in bytes. `null`: no limit, or nothing can be locked at all. */
  readonly limitBytes: number | null;
  /** Memory that could not be locked. Left out where nothing is ever locked. */
  readonly unlocked?: UnlockedMemory;
  /** The same in words, with the reason if memory cannot be locked. */
  readonly details: string;
}

/** One kind of memory. */
export interface MemoryBackend {
  /**
   * Zeroed memory of `length` bytes.
   *
   * @throws {MemoryNotLockedError} with `mustLock`, when the memory cannot be locked
   */
  allocate(length: number, mustLock: boolean): ProtectedMemory;
  describe(): MemoryProtectionInfo;
}
