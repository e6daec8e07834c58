/**
 * Locked memory and native cryptography on opaque handles, for NOMYO.js.
 *
 * Rules that hold everywhere:
 *
 * - Loading can throw (see {@link LoadErrorCode}); every other error carries a
 *   {@link NativeErrorCode} in `code`, and no message ever holds a value that was passed in.
 * - Arguments are not coerced. A wrong type is a `TypeError`, a wrong size a `RangeError`.
 * - Functions that return a promise never throw: they reject.
 * - `Uint8Array` arguments may be `Buffer`s. Asynchronous functions copy them before they return.
 *
 * @packageDocumentation
 */

/** Version of this interface. A binary of another version does not load. */
export declare const abiVersion: 1;

/** `code` of the errors that `require('nomyo-native')` throws. Go on without the addon. */
export type LoadErrorCode =
  /** No binary for this platform is in the package. */
  | 'ERR_NOMYO_NATIVE_NO_BINARY'
  /** The binary is damaged, incomplete, or needs a newer system. */
  | 'ERR_NOMYO_NATIVE_BINARY'
  /** The binary belongs to another version of the package. Install again. */
  | 'ERR_NOMYO_NATIVE_ABI';

/** `code` of every error that a call can end with. A closed list. */
export type NativeErrorCode =
  /** `TypeError`: an argument has another type. Fix the call. */
  | 'ERR_NOMYO_NATIVE_ARGUMENT_TYPE'
  /** `RangeError`: a size or value outside its limits. Fix the call. */
  | 'ERR_NOMYO_NATIVE_ARGUMENT_RANGE'
  /** `TypeError`: a class was constructed with `new`. Use its static methods. */
  | 'ERR_NOMYO_NATIVE_CONSTRUCTOR'
  /** The region or key was released. Fix the call. */
  | 'ERR_NOMYO_NATIVE_RELEASED'
  /** The view of the region was moved away with `ArrayBuffer.prototype.transfer`. */
  | 'ERR_NOMYO_NATIVE_DETACHED'
  /** No memory, or more than 8,192 large regions are alive. Release some and try again. */
  | 'ERR_NOMYO_NATIVE_OUT_OF_MEMORY'
  /** Wrong key, tag, padding or wrapped key: one answer for all. Stop. */
  | 'ERR_NOMYO_NATIVE_DECRYPT'
  /** Not an RSA private key of 2048 to 16384 bits whose numbers belong together. Stop. */
  | 'ERR_NOMYO_NATIVE_KEY'
  /** The file cannot be read: permissions, a directory, a pipe. */
  | 'ERR_NOMYO_NATIVE_FILE'
  /** There is no such file. */
  | 'ERR_NOMYO_NATIVE_FILE_NOT_FOUND'
  /** The file has no bytes. */
  | 'ERR_NOMYO_NATIVE_FILE_EMPTY'
  /** `RangeError`: the file is longer than `maxLength`. */
  | 'ERR_NOMYO_NATIVE_FILE_TOO_LARGE'
  /** This runtime does not export OpenSSL 3, or allows no external buffers. Use node:crypto. */
  | 'ERR_NOMYO_NATIVE_UNAVAILABLE'
  /** OpenSSL or the system refused for a reason of its own. */
  | 'ERR_NOMYO_NATIVE_OPERATION';

/** What is in force for memory that is allocated at this moment. */
export interface LockedMemoryFeatures {
  /** Inaccessible pages before and after the memory. */
  readonly guardPages: boolean;
  /** Left out of core dumps and, on Windows, of crash reports. */
  readonly noDump: boolean;
  /** Zeros, or nothing at all, in a forked child. `true` where there is no fork (Windows). */
  readonly wipeOnFork: boolean;
  /** Private keys live in `memfd_secret` memory, which not even root can read. */
  readonly secretMemory: boolean;
}

/** Answer of {@link info}. */
export interface LockedMemoryInfo {
  /** Whether one more page could be locked just now. */
  readonly canLock: boolean;
  /** Bytes that this library keeps locked in the whole process, in whole pages. */
  readonly lockedBytes: number;
  /**
   * `RLIMIT_MEMLOCK` in bytes, `null` for none; on Windows the minimum working set. A Linux
   * process with `CAP_IPC_LOCK`, such as root outside a container, is not held to it.
   */
  readonly limitBytes: number | null;
  readonly features: LockedMemoryFeatures;
  /** Whether everything beside regions, {@link randomBytes} and {@link readFile} works. */
  readonly nativeCrypto: boolean;
  /** Why `canLock` is false, in the system's words. */
  readonly reason?: string;
}

/** Tries it out: the answer is true at that moment. */
export declare function info(): LockedMemoryInfo;

/**
 * Bytes in protected memory, as a handle. Wiped when it is released, and once more when nothing
 * can write to the memory any more; garbage collection of the handle and its view does the same.
 *
 * Up to 4,096 bytes share locked pages with others; longer regions have pages of their own.
 */
export declare class SecureRegion {
  private constructor();

  /**
   * Zeroed bytes. When the system refuses to lock more, the region has everything but the lock:
   * see {@link SecureRegion.locked}.
   *
   * @param length - bytes, 1 to 1,073,741,824
   */
  static allocate(length: number): SecureRegion;

  /** A protected copy. The source stays as it is: wiping it is the caller's part. */
  static from(bytes: Uint8Array): SecureRegion;

  /** Bytes. */
  readonly length: number;

  /** Whether the memory is kept out of swap. */
  readonly locked: boolean;

  readonly released: boolean;

  /**
   * A view of the memory itself; no copy. All views of one region share one `ArrayBuffer`.
   *
   * The buffer may be handed to crypto, zlib or fs: the memory stays until their jobs are done,
   * also after `release()`. `structuredClone`, `slice` and `Buffer.from(view)` copy into ordinary
   * memory. After `buffer.transfer()` the bytes are still in the region, and `wipe()` and
   * `release()` still reach them, but `view()` throws `ERR_NOMYO_NATIVE_DETACHED`.
   */
  view(): Uint8Array;

  /**
   * Zeroes the bytes, at once; if an asynchronous operation of this library is using them, when
   * that ends. Does nothing after `release()`.
   */
  wipe(): void;

  /** Wipes as `wipe()` does and gives the memory back when that is safe. Idempotent. */
  release(): void;

  /** The same as `release()`. */
  [Symbol.dispose](): void;
}

/**
 * Random bytes from the kernel, straight into protected memory.
 *
 * @param length - bytes, 1 to 1,073,741,824
 */
export declare function randomBytes(length: number): SecureRegion;

/**
 * Reads a small file into protected memory. Does not wait for pipes or terminals.
 *
 * @param file - a path, or (not on Windows) a descriptor that stays open and is read from its
 *   start, so that what `fstat` said is true of what was read
 * @param maxLength - bytes, 1 to 16,777,216; a longer file is an error
 */
export declare function readFile(file: string | number, maxLength: number): Promise<SecureRegion>;

/** Two views on one ordinary buffer, the tag behind the ciphertext. */
export interface Sealed {
  readonly ciphertext: Uint8Array;
  /** 16 bytes. */
  readonly tag: Uint8Array;
}

/**
 * AES-256-GCM without associated data (NIST SP 800-38D).
 *
 * @param key - 32 bytes
 * @param nonce - 12 bytes, never twice with one key
 * @param plaintext - at least one byte
 */
export declare function aesGcmSeal(
  key: SecureRegion,
  nonce: Uint8Array,
  plaintext: SecureRegion | Uint8Array,
): Sealed;

/** {@link aesGcmSeal} on the thread pool. A plaintext that is no region is copied into one. */
export declare function aesGcmSealAsync(
  key: SecureRegion,
  nonce: Uint8Array,
  plaintext: SecureRegion | Uint8Array,
): Promise<Sealed>;

/**
 * The plaintext, in protected memory, once the tag has been verified; otherwise
 * `ERR_NOMYO_NATIVE_DECRYPT`, and whatever had been decrypted is wiped.
 *
 * @param key - 32 bytes
 * @param nonce - 12 bytes
 * @param ciphertext - at least one byte
 * @param tag - 16 bytes
 */
export declare function aesGcmOpen(
  key: SecureRegion,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  tag: Uint8Array,
): SecureRegion;

/** {@link aesGcmOpen} on the thread pool. */
export declare function aesGcmOpenAsync(
  key: SecureRegion,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  tag: Uint8Array,
): Promise<SecureRegion>;

/**
 * AES-CBC with PKCS #7 padding, for encrypted PKCS#8 files (RFC 8018).
 *
 * @param key - 16, 24 or 32 bytes
 * @param iv - 16 bytes
 * @param plaintext - 1 byte to 16 MiB
 */
export declare function aesCbcEncrypt(
  key: SecureRegion,
  iv: Uint8Array,
  plaintext: SecureRegion | Uint8Array,
): Uint8Array;

/**
 * The reverse of {@link aesCbcEncrypt}. CBC authenticates nothing: a wrong key ends with
 * `ERR_NOMYO_NATIVE_DECRYPT` in all but one of 256 cases, and with bytes that are no DER in these.
 */
export declare function aesCbcDecrypt(
  key: SecureRegion,
  iv: Uint8Array,
  ciphertext: SecureRegion | Uint8Array,
): SecureRegion;

/**
 * PBKDF2-HMAC (RFC 8018, 5.2).
 *
 * @param password - 1 to 4,096 bytes
 * @param salt - 1 to 1,024 bytes
 * @param iterations - 1 to 100,000,000
 * @param length - of the result, 1 to 1,024 bytes
 */
export declare function pbkdf2(
  password: SecureRegion | Uint8Array,
  salt: Uint8Array,
  iterations: number,
  hash: 'SHA-1' | 'SHA-224' | 'SHA-256' | 'SHA-384' | 'SHA-512',
  length: number,
): Promise<SecureRegion>;

/** Cost of {@link scrypt}: 128 * r * (N + p + 2) bytes of memory, at most 1 GiB. */
export interface ScryptCost {
  /** CPU and memory cost, a power of two. */
  readonly N: number;
  /** Block size, in units of 128 bytes. */
  readonly r: number;
  /** Parallelisation, 1 to 1,024. */
  readonly p: number;
}

/**
 * scrypt (RFC 7914).
 *
 * @param password - 1 to 4,096 bytes
 * @param salt - 1 to 1,024 bytes
 * @param length - of the result, 1 to 1,024 bytes
 */
export declare function scrypt(
  password: SecureRegion | Uint8Array,
  salt: Uint8Array,
  cost: ScryptCost,
  length: number,
): Promise<SecureRegion>;

/** Big-endian, without leading zeros: as in a JWK (RFC 7518, 6.3.1). */
export interface RsaPublicComponents {
  /** Modulus. */
  readonly n: Uint8Array;
  /** Public exponent. */
  readonly e: Uint8Array;
}

/**
 * An RSA private key whose numbers lie in secret memory between operations. OpenSSL's own key is
 * built for each operation and freed after it.
 */
export declare class NativePrivateKey {
  private constructor();

  /**
   * Copies the key out of `der`, which may be released afterwards. Checks that the numbers belong
   * together (RFC 8017, 3.2), so that a damaged file fails here.
   *
   * @param der - PKCS#8 `PrivateKeyInfo` or PKCS#1 `RSAPrivateKey`, not encrypted
   */
  static fromDer(der: SecureRegion): NativePrivateKey;

  /** Bits, 2048 to 16384. */
  readonly modulusLength: number;

  /** Whether the key is kept out of swap. */
  readonly locked: boolean;

  /** Whether the key lies in `memfd_secret` memory. */
  readonly secretMemory: boolean;

  readonly disposed: boolean;

  publicComponents(): RsaPublicComponents;

  /**
   * RSA-OAEP, SHA-256 for the hash and MGF1, empty label, on the thread pool. Several may run at
   * once. Every failure is `ERR_NOMYO_NATIVE_DECRYPT`, also a length other than the modulus's.
   */
  unwrap(wrapped: Uint8Array): Promise<SecureRegion>;

  /** Wipes the key; operations that run finish first. Idempotent. */
  dispose(): void;

  /** The same as `dispose()`. */
  [Symbol.dispose](): void;
}

/** A new RSA key with e = 65537 as PKCS#8 DER in protected memory, made on the thread pool. */
export declare function generatePkcs8(bits: 2048 | 3072 | 4096): Promise<SecureRegion>;
