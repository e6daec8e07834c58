/**
 * The operations that depend on the runtime. `#runtime` resolves to one of two modules of this shape, `runtime.node.ts`
 * and `runtime.web.ts`:
 *
 * |                      | Node with nomyo-native          | Node                              | everything else |
 * | -------------------- | ------------------------------- | --------------------------------- | --------------- |
 * | private keys         | addon, in locked memory         | WebCrypto, a few copies           | WebCrypto       |
 * | sealing              | node:crypto                     | node:crypto                       | WebCrypto       |
 * | opening              | addon, up to 8 MiB              | node:crypto, up to 1 MiB masked   | WebCrypto       |
 * | AES-CBC (key files)  | addon                           | node:crypto                       | WebCrypto       |
 * | base64               | Buffer                          | Buffer                            | our own         |
 *
 * With `requireLocked`, the addon handles every secret, whatever its length; without the addon it is refused.
 */
import type { AbortSignalLike, Bytes } from '@nomyo/base';
import type { MemoryOptions } from '../memory/backend.js';
import type { SecureByteContext } from '../memory/secure-byte-context.js';

/** The inputs of AES-256-GCM (NIST SP 800-38D). */
export interface GcmInput {
  /** 32 bytes. */
  readonly key: Bytes;
  /** 12 bytes, never used twice with one key. */
  readonly nonce: Bytes;
}

/** Everything besides the key that opens a ciphertext of AES-256-GCM. */
export interface GcmTag {
  /** 12 bytes. */
  readonly nonce: Bytes;
  /** 16 bytes. */
  readonly tag: Uint8Array;
  /** Associated data, which the tag authenticates as well. Default: none. */
  readonly aad?: Uint8Array;
}

/** A ciphertext in base64. */
export interface GcmEnvelope extends GcmTag {
  /** Canonical base64; see {@link Runtime.isCanonicalBase64}. */
  readonly base64: Uint8Array;
}

/** A ciphertext as bytes. */
export interface GcmMessage extends GcmTag {
  readonly ciphertext: Uint8Array;
}

/** A ciphertext of AES-CBC, with its key and initialization vector. */
export interface CbcInput {
  /** 16, 24 or 32 bytes. */
  readonly key: Uint8Array;
  /** 16 bytes. */
  readonly iv: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** Options for the memory of a plaintext. */
export interface OpenMemory extends MemoryOptions {
  /** Allows the plaintext of a large envelope to overwrite its base64. Default: `false`. */
  readonly consume?: boolean;
}

/** An imported private key, which decrypts with RSA-OAEP-SHA256 off the main thread. */
export interface Unwrapper {
  /** Whether the key is in locked memory. */
  readonly locked: boolean;
  /** Rejects, with any error, when the block does not decrypt. */
  unwrap(block: Bytes, memory: MemoryOptions, signal?: AbortSignalLike): Promise<SecureByteContext>;
  /** Disposes of the key. Operations under way still succeed. */
  dispose(): void;
}

/** Private keys of one crypto library. */
export interface PrivateKeys {
  /** @throws when the library refuses the key */
  importPrivateKey(pkcs8: Uint8Array, memory: MemoryOptions): Promise<Unwrapper>;
  /** Generates a key with exponent 65537, as PKCS#8 DER. */
  generatePkcs8(modulusBits: number, memory: MemoryOptions): Promise<SecureByteContext>;
}

/** The shape of both modules. */
export interface Runtime {
  readonly privateKeys: PrivateKeys;
  /** Encrypts, writes the ciphertext as base64 into `out` at `offset`, and returns the 16-byte tag. */
  sealBase64(plaintext: Uint8Array, gcm: GcmInput, out: Bytes, offset: number): Promise<Bytes>;
  /**
   * Decrypts. The promise rejects, and no plaintext is handed out, unless the tag is right.
   *
   * @param key 32 bytes; it stays the caller's to dispose of
   */
  openGcm(
    sealed: GcmEnvelope | GcmMessage,
    key: SecureByteContext,
    memory: OpenMemory,
  ): Promise<SecureByteContext>;
  /** Decrypts AES-CBC and removes the padding; rejects when the padding is wrong. */
  openCbc(input: CbcInput, memory: MemoryOptions): Promise<SecureByteContext>;
  /** The same memory, as the type with the fastest `indexOf`. */
  searchable(bytes: Uint8Array): Uint8Array;
  /** Encodes bytes that are not secret as base64. */
  encodeBase64(bytes: Uint8Array): string;
  /** Decodes base64 of bytes that are not secret; throws, with any error, when the text is not canonical. */
  decodeBase64(text: string): Bytes;
  /** Reports whether the bytes are canonical base64 (RFC 4648 §4). */
  isCanonicalBase64(text: Uint8Array): boolean;
}
