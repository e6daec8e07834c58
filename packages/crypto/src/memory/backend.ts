/** What {@link SecureByteContext} needs of a runtime's memory. `#memory` resolves to the backend of the runtime. */
import type { Bytes } from '@nomyo/base';

/** Memory with one owner. */
export interface ProtectedMemory {
  /** The memory itself. */
  readonly bytes: Bytes;
  /** Whether the operating system keeps it out of swap. */
  readonly locked: boolean;
  /** Zeroes it, whoever else holds a view, and gives it back once nothing can write to it any more. Idempotent. */
  release(): void;
}

/** How secrets are protected in this process, at this moment. */
export interface MemoryProtectionInfo {
  /**
   * `mlock`: locked pages, wiped after use. `zero-only`: ordinary memory, wiped after use. `none`: protection is
   * off.
   */
  readonly method: 'mlock' | 'zero-only' | 'none';
  /** Whether memory can be locked right now. */
  readonly canLock: boolean;
  /** Whether secrets are both locked and wiped. */
  readonly isPlatformSecure: boolean;
  /** The same in words, and why not where something is missing. */
  readonly details: string;
}

/** One way of getting memory. */
export interface MemoryBackend {
  /** Zeroed memory of `length` bytes. */
  allocate(length: number): ProtectedMemory;
  describe(): MemoryProtectionInfo;
}
