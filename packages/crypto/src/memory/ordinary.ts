/** Ordinary memory: all that a browser has, and what Node has without `nomyo-native`. */
import { allocateBytes, wipe, type Bytes } from '../bytes.js';
import type { MemoryBackend, MemoryProtectionInfo, ProtectedMemory } from './backend.js';

class OrdinaryMemory implements ProtectedMemory {
  readonly bytes: Bytes;
  readonly locked = false;
  readonly #wiped: boolean;

  constructor(length: number, wiped: boolean) {
    this.bytes = allocateBytes(length);
    this.#wiped = wiped;
  }

  release(): void {
    if (this.#wiped) wipe(this.bytes);
  }
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
    allocate: (length) => new OrdinaryMemory(length, true),
    describe: () => info,
  };
}

/** Ordinary memory that is left as it is: `secureMemory: false`. */
export const unprotected: MemoryBackend = {
  allocate: (length) => new OrdinaryMemory(length, false),
  describe: () => ({
    method: 'none',
    canLock: false,
    isPlatformSecure: false,
    details: 'Memory protection is turned off: secrets stay in memory until it is used again.',
  }),
};
