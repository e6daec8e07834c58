import { findAddon, type Addon, type NativeInfo } from '../runtime/addon.node.js';
import type { MemoryBackend, MemoryProtectionInfo, UnlockedMemory } from './backend.js';
import { LockedMemory, withLock } from './locked.node.js';
import { reusedMemory, zeroOnly } from './ordinary.js';

export { withLockedMemory } from './room.js';

/**
 * Locked memory where `nomyo-native` is installed; otherwise memory that is wiped, with the reason why it is not
 * locked.
 */
export function chooseBackend(): MemoryBackend {
  const found = findAddon();
  if (found.addon === undefined) return zeroOnly(found.why);
  const { addon } = found;
  return {
    allocate: (length, mustLock) => allocate(addon, length, mustLock),
    describe: () => describe(addon.info()),
  };
}

function allocate(addon: Addon, length: number, mustLock: boolean): LockedMemory {
  // The addon has no empty regions.
  const bytes = Math.max(length, 1);
  const region = withLock(addon, bytes, () => addon.SecureRegion.allocate(bytes, mustLock));
  return new LockedMemory(region, length);
}

function describe(info: NativeInfo): MemoryProtectionInfo {
  const { lockedBytes, limitBytes } = info;
  const unlocked = unlockedMemory(info);
  const canLock = info.canLock && unlocked.regions === 0;
  return {
    method: info.canLock || lockedBytes > 0 ? 'mlock' : 'zero-only',
    canLock,
    isPlatformSecure: canLock,
    lockedBytes,
    limitBytes,
    unlocked,
    details: inWords(info, unlocked),
  };
}

/** Unlocked memory of the addon, together with reused memory. */
function unlockedMemory(info: NativeInfo): UnlockedMemory {
  const { bytes, regions, totalBytes, totalRegions } = reusedMemory();
  return {
    bytes: info.unlockedBytes + bytes,
    regions: info.unlockedRegions + regions,
    totalBytes: info.totalUnlockedBytes + totalBytes,
    totalRegions: info.totalUnlockedRegions + totalRegions,
  };
}

function inWords(
  { canLock, lockedBytes, limitBytes, features, reason }: NativeInfo,
  unlocked: UnlockedMemory,
): string {
  const inForce = Object.entries(features).flatMap(([name, isOn]) => (isOn ? [name] : []));
  const limit = limitBytes === null ? 'no limit' : `a limit of ${String(limitBytes)} bytes`;
  return [
    'Secrets are in memory of nomyo-native and overwritten with zeros after use.',
    `${String(lockedBytes)} bytes are locked, with ${limit}; in force: ${inForce.join(', ')}.`,
    ...(canLock ? [] : [`No more can be locked: ${reason ?? 'the system gives no reason'}.`]),
    ...(unlocked.totalRegions === 0
      ? []
      : [
          `${String(unlocked.bytes)} bytes in use could not be locked, and ${String(unlocked.totalBytes)} since the start.`,
        ]),
  ].join(' ');
}
