/**
 * What a runtime does for this package. `#runtime` resolves to one of two modules of this shape, `runtime.node.ts` and
 * `runtime.web.ts`:
 *
 * |                      | Node with nomyo-native          | Node                              | everything else |
 * | -------------------- | ------------------------------- | --------------------------------- | --------------- |
 * | private keys         | addon, in locked memory         | WebCrypto, a few copies           | WebCrypto       |
 * | sealing              | node:crypto                     | node:crypto                       | WebCrypto       |
 * | opening              | addon, up to 8 MiB              | node:crypto, up to 1 MiB masked   | WebCrypto       |
 * | AES-CBC (key files)  | addon                           | node:crypto                       | WebCrypto       |
 * | base64               | Buffer                          | Buffer                            | our own         |
 *
 * With `requireLocked`, everything that is secret is the addon's, whatever its length, or is refused.
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

/** What is needed, besides the key, to open a ciphertext of AES-256-GCM. */
export interface GcmTag {
  readonly nonce: Bytes;
  /** 16 bytes. */
  readonly tag: Uint8Array;
  /** Associated data, which the tag covers too. Default: none. */
  readonly aad?: Uint8Array;
}

/** A ciphertext in base64. */
export interface GcmEnvelope extends GcmTag {
  /** Canonical base64; see {@link Runtime.isCanonicalBase64}. */
  readonly base64: Uint8Array;
}

/** A ciphertext as it is. */
export interface GcmMessage extends GcmTag {
  readonly ciphertext: Uint8Array;
}

/** A ciphertext of AES-CBC, and what opens it. */
export interface CbcInput {
  /** 16, 24 or 32 bytes. */
  readonly key: Uint8Array;
  /** 16 bytes. */
  readonly iv: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** Memory for what is opened. */
export interface OpenMemory extends MemoryOptions {
  /** Whether the plaintext of a large envelope may be put in the place of its base64. Default: `false`. */
  readonly consume?: boolean;
}

/** An imported private key, which decrypts with RSA-OAEP-SHA256 off the main thread. */
export interface Unwrapper {
  /** Whether the key is in locked memory. */
  readonly locked: boolean;
  /** Rejects, for whatever reason, when the block does not decrypt. */
  unwrap(block: Bytes, memory: MemoryOptions, signal?: AbortSignalLike): Promise<SecureByteContext>;
  /** Forgets the key; operations under way end well. */
  dispose(): void;
}

/** Private keys of one crypto library. */
export interface PrivateKeys {
  /** @throws when the library refuses the key */
  importPrivateKey(pkcs8: Uint8Array, memory: MemoryOptions): Promise<Unwrapper>;
  /** A new key with exponent 65537, as PKCS#8 DER. */
  generatePkcs8(modulusBits: number, memory: MemoryOptions): Promise<SecureByteContext>;
}

/** The shape of both modules. */
export interface Runtime {
  readonly privateKeys: PrivateKeys;
  /** Encrypts, writes the ciphertext as base64 into `out` at `offset`, and returns the tag of 16 bytes. */
  sealBase64(plaintext: Uint8Array, gcm: GcmInput, out: Bytes, offset: number): Promise<Bytes>;
  /**
   * Decrypts. The promise is rejected, and nothing is given, unless the tag holds.
   *
   * @param key 32 bytes; they stay the caller's to dispose of
   */
  openGcm(
    sealed: GcmEnvelope | GcmMessage,
    key: SecureByteContext,
    memory: OpenMemory,
  ): Promise<SecureByteContext>;
  /** Decrypts AES-CBC and takes the padding off; rejects when it is wrong. */
  openCbc(input: CbcInput, memory: MemoryOptions): Promise<SecureByteContext>;
  /** The same memory, with the `indexOf` that searches fastest. */
  searchable(bytes: Uint8Array): Uint8Array;
  /** Base64 of bytes that are no secret. */
  encodeBase64(bytes: Uint8Array): string;
  /** Bytes that are no secret; throws, whatever, when the text is not canonical. */
  decodeBase64(text: string): Bytes;
  /** Whether the bytes are canonical base64 (RFC 4648 §4). */
  isCanonicalBase64(text: Uint8Array): boolean;
}
