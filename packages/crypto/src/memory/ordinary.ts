/** Ordinary memory: all that a browser has, and what Node has without `nomyo-native`. */
import { allocateBytes, wipe, type Bytes } from '@nomyo/base';
import type { MemoryBackend, MemoryProtectionInfo, ProtectedMemory } from './backend.js';

class OrdinaryMemory implements ProtectedMemory {
  readonly bytes: Bytes;
  readonly locked = false;
  readonly #wiped: boolean;

  constructor(bytes: Bytes, wiped: boolean) {
    this.bytes = bytes;
    this.#wiped = wiped;
  }

  release(): void {
    if (this.#wiped) wipe(this.bytes);
  }
}

/**
 * Memory that had another use before, and belongs to nobody else any more.
 *
 * @param wiped whether it is on release
 */
export function reuse(bytes: Bytes, wiped: boolean): ProtectedMemory {
  return new OrdinaryMemory(bytes, wiped);
}

/** Ordinary memory that is wiped on release. */
export function zeroOnly(reason: string): MemoryBackend {
  const info: MemoryProtectionInfo = {
    method: 'zero-only',
    canLock: false,
    isPlatformSecure: false,
    details: `Secrets are overwritten with zeros after use, in memory that can be swapped out. ${reason}`,
  };
  return {
    allocate: (length) => new OrdinaryMemory(allocateBytes(length), true),
    describe: () => info,
  };
}

/** Ordinary memory that is left as it is: `secureMemory: false`. */
export const unprotected: MemoryBackend = {
  allocate: (length) => new OrdinaryMemory(allocateBytes(length), false),
  describe: () => ({
    method: 'none',
    canLock: false,
    isPlatformSecure: false,
    details: 'Memory protection is turned off: secrets stay in memory until it is used again.',
  }),
};
