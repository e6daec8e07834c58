/** Ordinary memory: the only kind in browsers, and in Node without `nomyo-native`. */
import { allocateBytes, wipe, type Bytes } from '@nomyo/base';
import type {
  MemoryBackend,
  MemoryOptions,
  MemoryProtectionInfo,
  ProtectedMemory,
  UnlockedMemory,
} from './backend.js';
import { MemoryNotLockedError } from './not-locked.js';

/**
 * Called before an operation that puts a secret into memory that cannot be locked, such as that of a `CryptoKey`.
 *
 * @param what the secret, as the error names it
 * @throws {SecurityError} `MEMORY_NOT_LOCKED` with `requireLocked`
 */
export function refuseOrdinaryMemory({ requireLocked = false }: MemoryOptions, what: string): void {
  if (requireLocked) {
    throw new MemoryNotLockedError(`${what} would be in memory that is not locked`);
  }
}

class OrdinaryMemory implements ProtectedMemory {
  readonly bytes: Bytes;
  readonly length: number;
  readonly locked = false;
  readonly #isWiped: boolean;

  constructor(bytes: Bytes, isWiped: boolean) {
    this.bytes = bytes;
    this.length = bytes.byteLength;
    this.#isWiped = isWiped;
  }

  release(): void {
    if (this.#isWiped) wipe(this.bytes);
  }
}

const reused = { bytes: 0, regions: 0, totalBytes: 0, totalRegions: 0 };

/** The memory that {@link reuse} handed out, for the report on unlocked memory. */
export function reusedMemory(): UnlockedMemory {
  return { ...reused };
}

/** Memory that was used for something else before, and has no other owner now. */
class ReusedMemory extends OrdinaryMemory {
  #isReleased = false;

  constructor(bytes: Bytes, isWiped: boolean) {
    super(bytes, isWiped);
    reused.bytes += this.length;
    reused.totalBytes += this.length;
    reused.regions += 1;
    reused.totalRegions += 1;
  }

  override release(): void {
    super.release();
    if (this.#isReleased) return;
    this.#isReleased = true;
    reused.bytes -= this.length;
    reused.regions -= 1;
  }
}

/**
 * Takes over memory that was used for something else before.
 *
 * @param isWiped whether it is wiped on release
 */
export function reuse(bytes: Bytes, isWiped: boolean): ProtectedMemory {
  return new ReusedMemory(bytes, isWiped);
}

const UNLOCKED = { canLock: false, isPlatformSecure: false, lockedBytes: 0, limitBytes: null } as const;

/** Ordinary memory that is wiped on release. */
export function zeroOnly(reason: string): MemoryBackend {
  const info: MemoryProtectionInfo = {
    ...UNLOCKED,
    method: 'zero-only',
    details: `Secrets are overwritten with zeros after use, in memory that can be swapped out. ${reason}`,
  };
  return ordinary(info, true, `memory cannot be locked: ${reason}`);
}

const OFF = 'Memory protection is turned off: secrets stay in memory until it is used again.';

/** Ordinary memory that is never wiped: `secureMemory: false`. */
export const unprotected: MemoryBackend = ordinary({ ...UNLOCKED, method: 'none', details: OFF }, false, OFF);

function ordinary(info: MemoryProtectionInfo, isWiped: boolean, whyNotLocked: string): MemoryBackend {
  return {
    allocate: (length, mustLock) => {
      if (mustLock) throw new MemoryNotLockedError(whyNotLocked);
      return new OrdinaryMemory(allocateBytes(length), isWiped);
    },
    describe: () => info,
  };
}
