/**
 * Finds `nomyo-native`, once, when memory is first needed. A missing addon is the normal case; with any other problem,
 * too, everything works without it.
 */
import { createRequire } from 'node:module';

/** A handle on locked memory: the part of `nomyo-native`'s `SecureRegion` in use here. */
export interface NativeRegion {
  readonly length: number;
  readonly locked: boolean;
  view(): Uint8Array;
  release(): void;
}

/** The part of `nomyo-native`'s `NativePrivateKey` in use here. */
export interface NativeKey {
  readonly locked: boolean;
  unwrap(wrapped: Uint8Array, mustLock: boolean): Promise<NativeRegion>;
  dispose(): void;
}

/** The part of `nomyo-native`'s `info()` in use here. */
export interface NativeInfo {
  readonly canLock: boolean;
  readonly lockedBytes: number;
  readonly sharedBytes: number;
  readonly limitBytes: number | null;
  readonly unlockedBytes: number;
  readonly unlockedRegions: number;
  readonly totalUnlockedBytes: number;
  readonly totalUnlockedRegions: number;
  readonly features: Readonly<Record<'guardPages' | 'noDump' | 'wipeOnFork' | 'secretMemory', boolean>>;
  readonly nativeCrypto: boolean;
  readonly reason?: string;
}

/** The part of `nomyo-native` that this package calls. */
export interface Addon {
  readonly abiVersion: number;
  readonly SecureRegion: {
    allocate(length: number, mustLock: boolean): NativeRegion;
    from(bytes: Uint8Array, mustLock: boolean): NativeRegion;
  };
  readonly NativePrivateKey: { fromDer(der: NativeRegion, mustLock: boolean): NativeKey };
  aesGcmOpen(
    key: NativeRegion,
    nonce: Uint8Array,
    ciphertext: Uint8Array,
    tag: Uint8Array,
    mustLock: boolean,
    aad: Uint8Array | undefined,
  ): NativeRegion;
  aesCbcDecrypt(key: NativeRegion, iv: Uint8Array, ciphertext: Uint8Array, mustLock: boolean): NativeRegion;
  generatePkcs8(bits: number, mustLock: boolean): Promise<NativeRegion>;
  info(): NativeInfo;
}

/** The addon, or the reason why it cannot be used. */
export type AddonSearch =
  | { readonly addon: Addon; readonly hasCrypto: boolean }
  | { readonly addon: undefined; readonly why: string };

const ABI_VERSION = 3;

let search: AddonSearch | undefined;

/** The outcome of the one search. */
export function findAddon(): AddonSearch {
  search ??= loadAddon(createRequire(import.meta.url));
  return search;
}

/** The addon, if its cryptography works here as well. */
export function findNativeCrypto(): Addon | undefined {
  const found = search ?? findAddon();
  return found.addon !== undefined && found.hasCrypto ? found.addon : undefined;
}

/** @param load loads a module by its name, or throws */
export function loadAddon(load: (name: string) => unknown): AddonSearch {
  try {
    const loaded = load('nomyo-native');
    if (!isAddon(loaded)) return without('nomyo-native is of another version and is not used.');
    return hasViews(loaded)
      ? { addon: loaded, hasCrypto: loaded.info().nativeCrypto }
      : without(
          'This runtime allows no views of memory outside its heap (Electron), so nomyo-native is not used.',
        );
  } catch (error) {
    return without(reasonOf(error));
  }
}

function without(why: string): AddonSearch {
  return { addon: undefined, why };
}

function isAddon(loaded: unknown): loaded is Addon {
  return (
    typeof loaded === 'object' &&
    loaded !== null &&
    'abiVersion' in loaded &&
    loaded.abiVersion === ABI_VERSION
  );
}

/** Tries to make a view. Nothing else tells: engines with a memory cage refuse every view, although the addon loads. */
function hasViews({ SecureRegion }: Addon): boolean {
  const region = SecureRegion.allocate(1, false);
  try {
    return region.view().length === 1;
  } catch (error) {
    if (codeOf(error) === 'ERR_NOMYO_NATIVE_UNAVAILABLE') return false;
    throw error;
  } finally {
    region.release();
  }
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === 'MODULE_NOT_FOUND') return 'Install nomyo-native for locked memory.';
  return `nomyo-native is installed and does not load (${code}).`;
}

/** The `code` of an error of any realm: the addon's errors belong to the realm that loaded it. */
export function codeOf(error: unknown): string {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode ? String(error.code) : 'unknown error';
}
