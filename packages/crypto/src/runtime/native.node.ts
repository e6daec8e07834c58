/** Cryptography by `nomyo-native`: secrets are created and used in locked memory, and never leave it on their own. */
import type { AbortSignalLike, Bytes } from '@nomyo/base';
import type { MemoryOptions } from '../memory/backend.js';
import { LockedMemory, withLock, withLockAsync } from '../memory/locked.node.js';
import { adoptMemory, memoryOf, type SecureByteContext } from '../memory/secure-byte-context.js';
import type { Addon, NativeKey, NativeRegion } from './addon.node.js';
import type { CbcInput, GcmMessage, PrivateKeys, Unwrapper } from './runtime.js';

const mustLock = ({ requireLocked = false }: MemoryOptions): boolean => requireLocked;

function adopt(region: NativeRegion, memory: MemoryOptions): SecureByteContext {
  return adoptMemory(new LockedMemory(region), memory);
}

/** @param message with a ciphertext that is not empty */
export function openGcm(
  addon: Addon,
  { ciphertext, nonce, tag, aad }: GcmMessage,
  key: SecureByteContext,
  memory: MemoryOptions,
): SecureByteContext {
  return withRegion(addon, key, memory, (region) => {
    const open = (): NativeRegion => addon.aesGcmOpen(region, nonce, ciphertext, tag, mustLock(memory), aad);
    return adopt(withLock(addon, ciphertext.byteLength, open), memory);
  });
}

/** @param input with a plaintext that is not empty */
export function openCbc(addon: Addon, input: CbcInput, memory: MemoryOptions): SecureByteContext {
  const { iv, ciphertext } = input;
  return withCopy(addon, input.key, memory, (key) => {
    const open = (): NativeRegion => addon.aesCbcDecrypt(key, iv, ciphertext, mustLock(memory));
    return adopt(withLock(addon, ciphertext.byteLength, open), memory);
  });
}

/** Private keys that live in the locked memory of the addon and are used there. */
export function nativePrivateKeys(addon: Addon): PrivateKeys {
  return {
    // eslint-disable-next-line @typescript-eslint/require-await -- both libraries have one shape
    async importPrivateKey(pkcs8, memory) {
      return withCopy(addon, pkcs8, memory, (der) => {
        const load = (): NativeKey => addon.NativePrivateKey.fromDer(der, mustLock(memory));
        return new NativeUnwrapper(addon, withLock(addon, pkcs8.byteLength, load));
      });
    },
    async generatePkcs8(modulusBits, memory) {
      const generating = addon.generatePkcs8(modulusBits, mustLock(memory));
      // Room for eight numbers, each as long as the modulus.
      return adopt(await withLockAsync(addon, modulusBits, generating), memory);
    },
  };
}

class NativeUnwrapper implements Unwrapper {
  readonly #addon: Addon;
  readonly #key: NativeKey;

  constructor(addon: Addon, key: NativeKey) {
    this.#addon = addon;
    this.#key = key;
  }

  get locked(): boolean {
    return this.#key.locked;
  }

  async unwrap(block: Bytes, memory: MemoryOptions, signal?: AbortSignalLike): Promise<SecureByteContext> {
    signal?.throwIfAborted();
    const unwrapping = this.#key.unwrap(block, mustLock(memory));
    return adopt(await withLockAsync(this.#addon, block.byteLength, unwrapping), memory);
  }

  dispose(): void {
    this.#key.dispose();
  }
}

/** Calls `use` with the context's own memory if it is the addon's, and otherwise with a temporary copy. */
function withRegion<T>(
  addon: Addon,
  context: SecureByteContext,
  memory: MemoryOptions,
  use: (region: NativeRegion) => T,
): T {
  const owned = memoryOf(context);
  return owned instanceof LockedMemory ? use(owned.region) : withCopy(addon, owned.bytes, memory, use);
}

function withCopy<T>(
  addon: Addon,
  bytes: Uint8Array,
  memory: MemoryOptions,
  use: (region: NativeRegion) => T,
): T {
  const copy = (): NativeRegion => addon.SecureRegion.from(bytes, mustLock(memory));
  const region = withLock(addon, bytes.byteLength, copy);
  if (!region.locked) memory.onUnlocked?.(region.length);
  try {
    return use(region);
  } finally {
    region.release();
  }
}
