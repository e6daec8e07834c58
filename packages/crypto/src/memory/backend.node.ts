import { findAddon, type NativeInfo } from './addon.node.js';
import type { MemoryBackend, MemoryProtectionInfo } from './backend.js';
import { LockedMemory } from './locked.node.js';
import { zeroOnly } from './ordinary.js';

let chosen: MemoryBackend | undefined;

function choose(): MemoryBackend {
  const found = findAddon();
  if (found.addon === undefined) return zeroOnly(found.why);
  const { addon } = found;
  return {
    // The addon has no empty regions.
    allocate: (length) => new LockedMemory(addon.SecureRegion.allocate(Math.max(length, 1)), length),
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
