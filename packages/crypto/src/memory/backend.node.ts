import { findAddon, type Addon, type NativeInfo, type NativeRegion } from './addon.node.js';
import type { Bytes } from '../bytes.js';
import type { MemoryBackend, MemoryProtectionInfo, ProtectedMemory } from './backend.js';
import { zeroOnly } from './ordinary.js';

/** Memory of `nomyo-native`: it is given back only when nothing can write to it any more. */
class LockedMemory implements ProtectedMemory {
  readonly bytes: Bytes;
  readonly #region: NativeRegion;

  constructor({ SecureRegion }: Addon, length: number) {
    // The addon has no empty regions.
    this.#region = SecureRegion.allocate(Math.max(length, 1));
    this.bytes = onArrayBuffer(this.#region.view()).subarray(0, length);
  }

  get locked(): boolean {
    return this.#region.locked;
  }

  release(): void {
    this.#region.release();
  }
}

let chosen: MemoryBackend | undefined;

function choose(): MemoryBackend {
  const found = findAddon();
  if (found.addon === undefined) return zeroOnly(found.why);
  const { addon } = found;
  return {
    allocate: (length) => new LockedMemory(addon, length),
    describe: () => describe(addon.info()),
  };
}

export const backend: MemoryBackend = {
  allocate: (length) => (chosen ??= choose()).allocate(length),
  describe: () => (chosen ??= choose()).describe(),
};

function describe(info: NativeInfo): MemoryProtectionInfo {
  const { canLock, lockedBytes, limitBytes, features, reason } = info;
  const inForce = Object.entries(features).flatMap(([name, isOn]) => (isOn ? [name] : []));
  const limit = limitBytes === null ? 'no limit' : `a limit of ${String(limitBytes)} bytes`;
  const state = `${String(lockedBytes)} bytes are locked, with ${limit}; in force: ${inForce.join(', ')}.`;
  const why = canLock ? '' : ` No more can be locked: ${reason ?? 'the system gives no reason'}.`;
  return {
    method: canLock || lockedBytes > 0 ? 'mlock' : 'zero-only',
    canLock,
    isPlatformSecure: canLock,
    details: `Secrets are in memory of nomyo-native and overwritten with zeros after use. ${state}${why}`,
  };
}

function onArrayBuffer(view: Uint8Array): Bytes {
  if (view.buffer instanceof ArrayBuffer) return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  throw new TypeError('nomyo-native gave no ArrayBuffer');
}
