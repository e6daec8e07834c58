/** The Node runtime: chooses the engine for each operation. See the table in `runtime.ts`. */
import { availableParallelism } from 'node:os';
import { isArrayBuffer } from '@nomyo/base';
import { base64DecodedLength } from '../base64.js';
import type { MemoryOptions } from '../memory/backend.js';
import { refuseOrdinaryMemory, reuse } from '../memory/ordinary.js';
import { adoptMemory, SecureByteContext } from '../memory/secure-byte-context.js';
import { webCryptoPrivateKeys } from '../rsa/webcrypto.js';
import { findNativeCrypto, type Addon } from './addon.node.js';
import { decodeWhole } from './base64.node.js';
import * as native from './native.node.js';
import * as nodeCrypto from './node-crypto.node.js';
import { openWithoutResidue } from './open-without-residue.node.js';
import type { CbcInput, GcmEnvelope, GcmMessage, OpenMemory, PrivateKeys } from './runtime.js';

export { asBuffer as searchable, decodeBase64, encodeBase64, isCanonicalBase64 } from './base64.node.js';
export { sealBase64 } from './node-crypto.node.js';

/**
 * Largest payload that the addon opens without `requireLocked`, in bytes. The usual limit (RLIMIT_MEMLOCK, 8 MiB) does
 * not allow more to be locked, and the addon needs the whole ciphertext in memory as well.
 */
const MAX_NATIVE_BYTES = 8 * 1024 * 1024;

/** Largest payload that is opened without residue, in bytes: doing so takes about three times as long. */
const MAX_MASKED_BYTES = 1024 * 1024;

const CBC_BLOCK_BYTES = 16;

/** Threads of libuv's pool when UV_THREADPOOL_SIZE is not set. */
const DEFAULT_POOL_THREADS = 4;

/** The libraries chosen for this process. */
interface Engine {
  readonly addon: Addon | undefined;
  readonly keys: PrivateKeys;
}

/** Chosen at the first use. */
let engine: Engine | undefined;

function chooseEngine(): Engine {
  const addon = findNativeCrypto();
  const keys =
    addon === undefined ? webCryptoPrivateKeys(unwrapParallelism) : native.nativePrivateKeys(addon);
  return { addon, keys };
}

/** Import and generation of private keys, by the engine chosen at the first use. */
export const privateKeys: PrivateKeys = {
  importPrivateKey: (pkcs8, memory) => (engine ??= chooseEngine()).keys.importPrivateKey(pkcs8, memory),
  generatePkcs8: (bits, memory) => (engine ??= chooseEngine()).keys.generatePkcs8(bits, memory),
};

function unwrapParallelism(): number {
  const configured = Number.parseInt(process.env['UV_THREADPOOL_SIZE'] ?? '', 10);
  const threads = configured > 0 ? configured : DEFAULT_POOL_THREADS;
  return Math.min(2 * availableParallelism(), threads);
}

/** Opens AES-256-GCM: by the addon in locked memory, up to a size limit; otherwise by node:crypto. */
// eslint-disable-next-line @typescript-eslint/require-await -- both runtimes have one shape
export async function openGcm(
  sealed: GcmEnvelope | GcmMessage,
  key: SecureByteContext,
  memory: OpenMemory,
): Promise<SecureByteContext> {
  const isText = 'base64' in sealed;
  const length = isText ? base64DecodedLength(sealed.base64) : sealed.ciphertext.byteLength;
  const isLockable = length <= MAX_NATIVE_BYTES || memory.requireLocked === true;
  const addon = isLockable ? addonFor(length, memory) : undefined;
  if (addon !== undefined) {
    const ciphertext = isText ? decodeWhole(sealed.base64, length) : sealed.ciphertext;
    return native.openGcm(addon, { ...sealed, ciphertext }, key, memory);
  }
  if (length > 0) refuseOrdinaryMemory(memory, 'the plaintext');
  const isMasked = (memory.secure ?? true) && length <= MAX_MASKED_BYTES;
  const open = isMasked ? openWithoutResidue : nodeCrypto.openGcm;
  const inPlace = isMasked ? undefined : takePlace(sealed, length, memory);
  const plaintext = inPlace ?? SecureByteContext.allocate(length, memory);
  try {
    plaintext.borrow((out) => key.borrow((bytes) => open(out, sealed, bytes)));
    return plaintext;
  } catch (error) {
    plaintext.dispose();
    throw error;
  }
}

/** Decrypts the AES-CBC of a key file, in locked memory where the addon is installed. */
// eslint-disable-next-line @typescript-eslint/require-await -- both runtimes have one shape
export async function openCbc(input: CbcInput, memory: MemoryOptions): Promise<SecureByteContext> {
  // The last block may be nothing but padding.
  const addon = addonFor(input.ciphertext.byteLength - CBC_BLOCK_BYTES, memory);
  if (addon !== undefined) return native.openCbc(addon, input, memory);
  refuseOrdinaryMemory(memory, 'the plaintext');
  return nodeCrypto.openCbc(input, memory);
}

/** @param length least length of the plaintext: the addon has no empty regions */
function addonFor(length: number, { secure = true }: MemoryOptions): Addon | undefined {
  return secure && length > 0 ? (engine ??= chooseEngine()).addon : undefined;
}

/** The start of the base64's own memory, if it may be overwritten. Each part is read before it is written over. */
function takePlace(
  sealed: GcmEnvelope | GcmMessage,
  length: number,
  { secure = true, consume = false, ...memory }: OpenMemory,
): SecureByteContext | undefined {
  if (!consume || !('base64' in sealed)) return undefined;
  const { base64 } = sealed;
  if (!isArrayBuffer(base64.buffer)) return undefined;
  return adoptMemory(reuse(new Uint8Array(base64.buffer, base64.byteOffset, length), secure), memory);
}
