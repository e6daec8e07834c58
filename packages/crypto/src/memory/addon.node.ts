/**
 * Finds `nomyo-native`, once, when memory is first asked for. A missing addon is the normal case; whatever else goes
 * wrong with it leaves everything working without it.
 */
import { createRequire } from 'node:module';

/** A handle on locked memory: what is used of `nomyo-native`'s `SecureRegion`. */
export interface NativeRegion {
  readonly locked: boolean;
  view(): Uint8Array;
  release(): void;
}

/** What is used of `nomyo-native`'s `NativePrivateKey`. */
export interface NativeKey {
  unwrap(wrapped: Uint8Array): Promise<NativeRegion>;
  dispose(): void;
}

/** What is used of `nomyo-native`'s `info()`. */
export interface NativeInfo {
  readonly canLock: boolean;
  readonly lockedBytes: number;
  readonly limitBytes: number | null;
  readonly features: Readonly<Record<'guardPages' | 'noDump' | 'wipeOnFork' | 'secretMemory', boolean>>;
  readonly nativeCrypto: boolean;
  readonly reason?: string;
}

/** The part of `nomyo-native` that this package calls. */
export interface Addon {
  readonly abiVersion: number;
  readonly SecureRegion: { allocate(length: number): NativeRegion; from(bytes: Uint8Array): NativeRegion };
  readonly NativePrivateKey: { fromDer(der: NativeRegion): NativeKey };
  aesGcmOpen(key: NativeRegion, nonce: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array): NativeRegion;
  aesCbcDecrypt(key: NativeRegion, iv: Uint8Array, ciphertext: Uint8Array): NativeRegion;
  generatePkcs8(bits: number): Promise<NativeRegion>;
  info(): NativeInfo;
}

/** The addon, or why there is none. */
export type AddonSearch = { readonly addon: Addon } | { readonly addon: undefined; readonly why: string };

const ABI_VERSION = 1;

/** The addon, when its cryptography works here too. */
export function findNativeCrypto(): Addon | undefined {
  const { addon } = findAddon();
  return addon?.info().nativeCrypto === true ? addon : undefined;
}

let search: AddonSearch | undefined;

/** The outcome of the one search. */
export function findAddon(): AddonSearch {
  search ??= load();
  return search;
}

function load(): AddonSearch {
  try {
    const loaded: unknown = createRequire(import.meta.url)('nomyo-native');
    if (isAddon(loaded)) return { addon: loaded };
    return { addon: undefined, why: 'nomyo-native is of another version and is not used.' };
  } catch (error) {
    return { addon: undefined, why: reasonOf(error) };
  }
}

function isAddon(loaded: unknown): loaded is Addon {
  return (
    typeof loaded === 'object' &&
    loaded !== null &&
    'abiVersion' in loaded &&
    loaded.abiVersion === ABI_VERSION
  );
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'MODULE_NOT_FOUND') return 'Install nomyo-native for locked memory.';
  return `nomyo-native is installed and does not load (${code}).`;
}
