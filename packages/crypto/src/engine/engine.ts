/**
 * What an envelope needs of a runtime. `#engine` resolves to one of two modules of this shape: `engine.node.ts` and
 * `engine.web.ts`.
 */
import type { Bytes } from '@nomyo/base';
import type { RsaEngine } from '../rsa/unwrapper.js';
import type { SecureByteContext, SecureByteContextOptions } from '../memory/secure-byte-context.js';

/** The inputs of AES-256-GCM, with no associated data (NIST SP 800-38D). */
export interface GcmKey {
  /** 32 bytes. */
  readonly key: Bytes;
  /** 12 bytes, never used twice with one key. */
  readonly nonce: Bytes;
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
export interface OpenMemory extends SecureByteContextOptions {
  /** Whether the plaintext of a large envelope may be put in the place of its base64. Default: `false`. */
  readonly consume?: boolean;
}

/** The shape of both modules. */
export interface Engine {
  /** Private keys. */
  readonly rsa: RsaEngine;
  /** Encrypts, writes the ciphertext as base64 into `out` at `offset`, and returns the tag of 16 bytes. */
  sealBase64(plaintext: Uint8Array, gcm: GcmKey, out: Bytes, offset: number): Promise<Bytes>;
  /**
   * Decodes and decrypts. The promise is rejected, and nothing is given, unless the tag holds.
   *
   * @param base64 canonical; see {@link Engine.isCanonicalBase64}
   */
  openBase64(base64: Uint8Array, gcm: GcmKey, tag: Bytes, options: OpenMemory): Promise<SecureByteContext>;
  /** Decrypts AES-CBC and takes the padding off; rejects when it is wrong. */
  openCbc(input: CbcInput, options: SecureByteContextOptions): Promise<SecureByteContext>;
  /** The same memory, with the `indexOf` that searches fastest. */
  searchable(bytes: Uint8Array): Uint8Array;
  /** Base64 of bytes that are no secret. */
  encodeBase64(bytes: Uint8Array): string;
  /** Bytes that are no secret; throws, whatever, when the text is not canonical. */
  decodeBase64(text: string): Bytes;
  /** Whether the bytes are canonical base64 (RFC 4648 §4). */
  isCanonicalBase64(text: Uint8Array): boolean;
}
