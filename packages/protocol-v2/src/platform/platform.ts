/** The runtime's side of the protocol; each runtime implements it in one file. */
import type { Bytes } from '@nomyo/base';
import type { SecureByteContext, SecureByteContextOptions } from '@nomyo/crypto';
import type { SuiteId } from '../facts.js';

/** Synchronous where the runtime can (node:crypto), a promise where it cannot (WebCrypto). */
export type Awaitable<T> = T | Promise<T>;

/** The result of an encapsulation. The caller wipes `sharedSecret`. */
export interface Encapsulation {
  readonly enc: Bytes;
  readonly sharedSecret: Bytes;
}

/** A KEM key, raw (SPEC section 3). The public half spares the library a derivation of it. */
export interface KemPair {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** Decapsulates with one private key. */
export interface Decapsulator {
  /**
   * The caller wipes the result.
   *
   * @throws whatever the library throws on an `enc` it refuses
   */
  readonly decapsulate: (enc: Uint8Array) => Awaitable<Bytes>;
  /** Wipes everything derived from the key; the key itself belongs to its owner. */
  readonly dispose: () => void;
}

/** AES-256-GCM under one key, with 16-byte tags. */
export interface FrameCipher {
  /** @param out where ciphertext and tag are written: 16 bytes more than the plaintext has */
  seal: (nonce: Bytes, associated: Uint8Array, plaintext: Uint8Array, out: Bytes) => Awaitable<void>;
  /**
   * The plaintext, in memory of the cipher's kind, or `undefined` if the tag does not verify.
   *
   * @throws {SecurityError} `MEMORY_NOT_LOCKED`
   */
  open: (
    nonce: Bytes,
    associated: Uint8Array,
    sealed: Uint8Array,
  ) => Awaitable<SecureByteContext | undefined>;
  /** Drops the key. */
  dispose: () => void;
}

/** AES-GCM, the KEMs and Ed25519 of one runtime. */
export interface Platform {
  /**
   * The cipher keeps its key, and opens, in memory of this kind. The caller wipes `key`.
   *
   * @throws {SecurityError} `MEMORY_NOT_LOCKED`
   */
  frameCipher: (key: Bytes, memory?: SecureByteContextOptions) => Awaitable<FrameCipher>;
  sha256: (data: Uint8Array) => Awaitable<Bytes>;
  /** Of all parts of `data`, one after the other. The result lies in memory of its own. */
  hmacSha256: (key: Uint8Array, ...data: readonly Uint8Array[]) => Awaitable<Bytes>;
  /** Whether the Ed25519 signature is valid (RFC 8032). */
  verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => Awaitable<boolean>;
  sign: (seed: Uint8Array, message: Uint8Array) => Awaitable<Bytes>;
  /** The Ed25519 public key of a 32-byte seed. */
  signingPublicKey: (seed: Uint8Array) => Awaitable<Bytes>;
  /** The implementation of ML-KEM-768, by name. */
  mlKem: () => string;
  /** @throws whatever the library throws on a public key it refuses */
  encapsulate: (suite: SuiteId, publicKey: Uint8Array) => Awaitable<Encapsulation>;
  /** @param privateKey the caller disposes of it */
  decapsulator: (suite: SuiteId, privateKey: SecureByteContext, publicKey: Bytes) => Decapsulator;
  kemPublicKey: (suite: SuiteId, privateKey: Uint8Array) => Awaitable<Bytes>;
}
