import { chooseBackend } from '#memory';
import { DisposedError, InvalidArgumentError, isArrayBuffer, isBytes, wipe, type Bytes } from '@nomyo/base';
import type { MemoryBackend, MemoryOptions, MemoryProtectionInfo, ProtectedMemory } from './backend.js';
import { unprotected } from './ordinary.js';

/** Options for the memory of a context. */
export type SecureByteContextOptions = MemoryOptions;

/** Shown in place of the content. Everything is in private fields, which `util.inspect` cannot show either. */
const REDACTED = 'SecureByteContext { [redacted] }';

/** Longest context, in bytes: the largest typed array that every supported runtime can make. */
const MAX_LENGTH = 2 ** 31 - 1;

/**
 * Marks a constructor call without a source: the caller then sets the memory itself, so that none is allocated twice.
 */
const NO_SOURCE = new Uint8Array(0);
const NO_MEMORY = unprotected.allocate(0, false);

/** Marks the contexts of every loaded copy of this package; `instanceof` only knows its own. */
const BRAND = Symbol.for('@nomyo/crypto/SecureByteContext');

/** Chosen when memory is first needed. */
let backend: MemoryBackend | undefined;

let adopt: (memory: ProtectedMemory) => SecureByteContext;
let inspect: (context: SecureByteContext) => ProtectedMemory;

/** A context that owns `memory` from now on. For the engines, the only ones that allocate. */
export function adoptMemory(memory: ProtectedMemory, options: MemoryOptions): SecureByteContext {
  if (!memory.locked) options.onUnlocked?.(memory.length);
  return adopt(memory);
}

/**
 * The memory of a context, for an engine that uses it without a view.
 *
 * @throws {DisposedError} after the context was disposed of
 */
export function memoryOf(context: SecureByteContext): ProtectedMemory {
  return inspect(context);
}

/**
 * Secret bytes with one owner and a defined end. They are wiped when {@link use} is over, whatever happens in it, or by
 * {@link dispose}; after that every access throws.
 *
 * The memory comes from the runtime's backend: locked pages where `nomyo-native` is installed and loads, ordinary
 * memory otherwise; see {@link getMemoryProtectionInfo}.
 *
 * A view that `fn` keeps reads zeros afterwards. A copy that `fn` makes, such as a string, cannot be wiped.
 *
 * @example
 * ```ts
 * const key = new SecureByteContext(bytes);
 * const mac = await key.use((secret) => sign(secret, message));
 * ```
 */
export class SecureByteContext {
  static {
    Object.defineProperty(SecureByteContext.prototype, BRAND, { value: true });
    adopt = (memory) => {
      const context = new SecureByteContext(NO_SOURCE);
      context.#memory = memory;
      return context;
    };
    inspect = (context) => {
      if (context.#state === 'disposed') throw new DisposedError('SecureByteContext');
      return context.#memory;
    };
  }

  #memory: ProtectedMemory;
  #state: 'fresh' | 'in use' | 'disposed' = 'fresh';

  /**
   * Takes over the bytes: copies them into protected memory and wipes the source, even if there is no memory for them.
   * With `secure: false` the source is not wiped.
   *
   * @throws {InvalidArgumentError} when `bytes` is neither a `Uint8Array` nor an `ArrayBuffer`
   * @throws {SecurityError} `MEMORY_NOT_LOCKED` with `requireLocked`, when the memory cannot be locked
   */
  constructor(bytes: Uint8Array | ArrayBuffer, options: SecureByteContextOptions = {}) {
    if (bytes === NO_SOURCE) {
      this.#memory = NO_MEMORY;
      return;
    }
    if (!isBytes(bytes) && !isArrayBuffer(bytes)) {
      throw new InvalidArgumentError('bytes', 'must be a Uint8Array or an ArrayBuffer');
    }
    const source = isBytes(bytes) ? bytes : new Uint8Array(bytes);
    try {
      this.#memory = takeMemory(source.byteLength, options);
      this.#memory.bytes.set(source);
    } finally {
      if (options.secure ?? true) wipe(source);
    }
  }

  /**
   * Allocates a context of `length` zero bytes, to be filled through {@link borrow}.
   *
   * @param length in bytes, 0 to 2^31 - 1
   * @throws {InvalidArgumentError} on any other length
   * @throws {SecurityError} `MEMORY_NOT_LOCKED` with `requireLocked`, when the memory cannot be locked
   */
  static allocate(length: number, options: SecureByteContextOptions = {}): SecureByteContext {
    if (!Number.isInteger(length) || length < 0 || length > MAX_LENGTH) {
      throw new InvalidArgumentError('length', `must be an integer from 0 to ${String(MAX_LENGTH)}`);
    }
    const context = new SecureByteContext(NO_SOURCE);
    context.#memory = takeMemory(length, options);
    return context;
  }

  /** In bytes; 0 once disposed of. */
  get length(): number {
    return this.#state === 'disposed' ? 0 : this.#memory.length;
  }

  /** Whether the operating system keeps these bytes out of swap. */
  get locked(): boolean {
    return this.#memory.locked;
  }

  /** Whether the bytes have been wiped. */
  get disposed(): boolean {
    return this.#state === 'disposed';
  }

  /**
   * Passes the bytes to `fn`, once, and wipes them when `fn` returns or throws, or when its promise settles.
   *
   * @returns what `fn` returns
   * @throws {DisposedError} on a second use, or after {@link dispose}
   */
  use<T>(fn: (bytes: Bytes) => Promise<T>): Promise<T>;
  use<T>(fn: (bytes: Bytes) => T): T;
  use(fn: (bytes: Bytes) => unknown): unknown {
    if (this.#state !== 'fresh') throw new DisposedError('SecureByteContext');
    this.#state = 'in use';
    let isPending = false;
    try {
      const result = fn(this.#memory.bytes);
      isPending =
        typeof result === 'object' &&
        result !== null &&
        'then' in result &&
        typeof result.then === 'function';
      return isPending ? Promise.resolve(result).finally(() => this.dispose()) : result;
    } finally {
      if (!isPending) this.dispose();
    }
  }

  /**
   * Passes the bytes to `fn` and keeps them, for secrets that are needed more than once. The caller calls
   * {@link dispose} in the end.
   *
   * @throws {DisposedError} after {@link use} or {@link dispose}
   */
  borrow<T>(fn: (bytes: Bytes) => T): T {
    if (this.#state !== 'fresh') throw new DisposedError('SecureByteContext');
    return fn(this.#memory.bytes);
  }

  /** Wipes the bytes at once, even while they are in use. Idempotent. */
  dispose(): void {
    if (this.#state === 'disposed') return;
    this.#state = 'disposed';
    this.#memory.release();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toJSON(): string {
    return REDACTED;
  }

  toString(): string {
    return REDACTED;
  }
}

/** Reports whether `value` is a context of any loaded copy of this package. */
export function isSecureByteContext(value: unknown): boolean {
  return typeof value === 'object' && value !== null && BRAND in value;
}

/**
 * Describes how secrets are protected in this process, at this moment.
 *
 * @param options with `secure: false`, describes the protection under `secureMemory: false`
 * @example
 * const { method, details } = getMemoryProtectionInfo();
 */
export function getMemoryProtectionInfo(options: SecureByteContextOptions = {}): MemoryProtectionInfo {
  return ((options.secure ?? true) ? (backend ??= chooseBackend()) : unprotected).describe();
}

function takeMemory(length: number, options: MemoryOptions): ProtectedMemory {
  const { secure = true, requireLocked = false, onUnlocked } = options;
  const chosen = secure ? (backend ??= chooseBackend()) : unprotected;
  const memory = chosen.allocate(length, requireLocked);
  if (!memory.locked) onUnlocked?.(length);
  return memory;
}
