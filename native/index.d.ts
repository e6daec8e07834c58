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
 * - `mustLock`: with `true`, memory that the system does not lock is `ERR_NOMYO_NATIVE_NOT_LOCKED`,
 *   before a byte of a secret is in it. Default: `false`; the memory is then wiped, guarded and left
 *   out of dumps, can be swapped out, and is counted in {@link info}.
 *
 * @example
 * ```js
 * const { SecureRegion } = require('nomyo-native');
 *
 * const region = SecureRegion.from(password, true); // in locked memory, or an error
 * password.fill(0);
 * check(region.view()); // a Uint8Array on the memory itself
 * region.release(); // wiped
 * ```
 *
 * @packageDocumentation
 */

/** Version of this interface. A binary of another version does not load. */
export declare const abiVersion: 3;

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
  /** `mustLock`, and the system locks no more. Release some, raise the limit, or go without. */
  | 'ERR_NOMYO_NATIVE_NOT_LOCKED'
  /** Wrong key, tag, padding or wrapped key: one answer for all. Stop. */
  | 'ERR_NOMYO_NATIVE_DECRYPT'
  /** Not an RSA private key of 2048 to 16384 bits whose numbers belong together. Stop. */
  | 'ERR_NOMYO_NATIVE_KEY'
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
  /** Those of them that small secrets share. One such piece stays when all of them are gone. */
  readonly sharedBytes: number;
  /** Bytes that are alive now and could not be locked. */
  readonly unlockedBytes: number;
  /** Regions and keys that are alive now and could not be locked. */
  readonly unlockedRegions: number;
  /** Bytes that could not be locked, since the library was loaded. */
  readonly totalUnlockedBytes: number;
  /** Regions and keys that could not be locked, since the library was loaded. */
  readonly totalUnlockedRegions: number;
  /**
   * `RLIMIT_MEMLOCK` in bytes, `null` for none; on Windows the minimum working set. A Linux
   * process with `CAP_IPC_LOCK`, such as root outside a container, is not held to it.
   */
  readonly limitBytes: number | null;
  readonly features: LockedMemoryFeatures;
  /** Whether everything beside regions works: keys and decryption. */
  readonly nativeCrypto: boolean;
  /** Why `canLock` is false, in the system's words. */
  readonly reason?: string;
}

/** Tries it out: the answer is true at that moment. */
export declare function info(): LockedMemoryInfo;

/**
 * Bytes in protected memory, as a handle. `release()` wipes them and gives the lock back at once. The
 * addresses stay until the garbage collector has dropped the handle and its views, so that whoever
 * still writes there meets nobody else's bytes. A handle that is only dropped ends in the same way.
 *
 * Up to 4,096 bytes share locked pages with others; longer regions have pages of their own.
 */
export declare class SecureRegion {
  private constructor();

  /**
   * Zeroed bytes.
   *
   * @param length - bytes, 1 to 1,073,741,824
   */
  static allocate(length: number, mustLock?: boolean): SecureRegion;

  /** A protected copy. The source stays as it is: wiping it is the caller's part. */
  static from(bytes: Uint8Array, mustLock?: boolean): SecureRegion;

  /** Bytes. */
  readonly length: number;

  /** Whether the memory is, or until its release was, kept out of swap. */
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

  /** Zeroes the bytes at once. Does nothing after `release()`. */
  wipe(): void;

  /** Wipes the bytes and gives the lock back at once, and the addresses when that is safe. Idempotent. */
  release(): void;

  /** The same as `release()`. */
  [Symbol.dispose](): void;
}

/**
 * Opens AES-256-GCM (NIST SP 800-38D). Gives the plaintext, in protected memory, once the tag has
 * been verified; otherwise `ERR_NOMYO_NATIVE_DECRYPT`, and whatever had been decrypted is wiped.
 *
 * @param key - 32 bytes
 * @param nonce - 12 bytes
 * @param ciphertext - at least one byte
 * @param tag - 16 bytes
 * @param aad - associated data, which the tag covers too. Default: none
 */
export declare function aesGcmOpen(
  key: SecureRegion,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  tag: Uint8Array,
  mustLock?: boolean,
  aad?: Uint8Array,
): SecureRegion;

/**
 * Opens AES-CBC with PKCS #7 padding, for encrypted PKCS#8 files (RFC 8018). CBC authenticates
 * nothing: a wrong key ends with `ERR_NOMYO_NATIVE_DECRYPT` in all but one of 256 cases, and with
 * bytes that are no DER in these.
 *
 * @param key - 16, 24 or 32 bytes
 * @param iv - 16 bytes
 * @param ciphertext - 1 byte to 16 MiB
 */
export declare function aesCbcDecrypt(
  key: SecureRegion,
  iv: Uint8Array,
  ciphertext: Uint8Array,
  mustLock?: boolean,
): SecureRegion;

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
  static fromDer(der: SecureRegion, mustLock?: boolean): NativePrivateKey;

  /** Bits, 2048 to 16384. */
  readonly modulusLength: number;

  /** Whether the key is kept out of swap. */
  readonly locked: boolean;

  /** Whether the key lies in `memfd_secret` memory. */
  readonly secretMemory: boolean;

  readonly disposed: boolean;

  /**
   * RSA-OAEP, SHA-256 for the hash and MGF1, empty label, on the thread pool. Several may run at
   * once. Every failure is `ERR_NOMYO_NATIVE_DECRYPT`, also a length other than the modulus's.
   */
  unwrap(wrapped: Uint8Array, mustLock?: boolean): Promise<SecureRegion>;

  /** Wipes the key; operations that run finish first. Idempotent. */
  dispose(): void;

  /** The same as `dispose()`. */
  [Symbol.dispose](): void;
}

/** A new RSA key with e = 65537 as PKCS#8 DER in protected memory, made on the thread pool. */
export declare function generatePkcs8(bits: 2048 | 3072 | 4096, mustLock?: boolean): Promise<SecureRegion>;
