import { chooseBackend } from '#memory';
import { DisposedError, InvalidArgumentError, isArrayBuffer, isBytes, wipe, type Bytes } from '@nomyo/base';
import type { MemoryBackend, MemoryOptions, MemoryProtectionInfo, ProtectedMemory } from './backend.js';
import { unprotected } from './ordinary.js';

/** How a context treats its memory. */
export type SecureByteContextOptions = MemoryOptions;

/** Everything is in private fields, which `util.inspect` cannot show either. */
const REDACTED = 'SecureByteContext { [redacted] }';

/** Longest context, in bytes: the largest typed array that every supported runtime can make. */
const MAX_LENGTH = 2 ** 31 - 1;

/** A source that stands for none: whoever makes the context puts memory in its place, and nothing is allocated twice. */
const NO_SOURCE = new Uint8Array(0);
const NO_MEMORY = unprotected.allocate(0, false);

/** Marks contexts of every copy of this package that is loaded: `instanceof` knows those of one alone. */
const BRAND = Symbol.for('@nomyo/crypto/SecureByteContext');

/** Chosen when memory is first asked for. */
let backend: MemoryBackend | undefined;

let adopt: (memory: ProtectedMemory) => SecureByteContext;
let inspect: (context: SecureByteContext) => ProtectedMemory;

/** A context that owns `memory` from now on. For the engines, the only ones that allocate. */
export function adoptMemory(memory: ProtectedMemory, options: MemoryOptions): SecureByteContext {
  if (!memory.locked) options.onUnlocked?.(memory.length);
  return adopt(memory);
}

/**
 * What a context owns, for an engine that uses the memory without a view of it.
 *
 * @throws {DisposedError} after its end
 */
export function memoryOf(context: SecureByteContext): ProtectedMemory {
  return inspect(context);
}

/**
 * Secret bytes with one owner and an end. They are wiped when {@link use} is over, whatever happens in it, or by
 * {@link dispose}; after that every access is refused.
 *
 * The memory comes from the runtime's backend: locked pages where `nomyo-native` is installed and loads, ordinary
 * memory otherwise; see {@link getMemoryProtectionInfo}.
 *
 * A view that `fn` keeps reads zeros afterwards. Nobody can wipe what `fn` copies, such as a string made of the
 * bytes.
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
   * Takes the bytes over: they are copied into protected memory and the source is wiped (with `secure: false` it
   * is left as it is), also when there is no memory for them.
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
   * A context of `length` zeros, to be filled through {@link borrow}.
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

  /** In bytes; 0 after the end. */
  get length(): number {
    return this.#state === 'disposed' ? 0 : this.#memory.length;
  }

  /** Whether the operating system keeps these bytes out of swap. */
  get locked(): boolean {
    return this.#memory.locked;
  }

  /** Whether the bytes are gone. */
  get disposed(): boolean {
    return this.#state === 'disposed';
  }

  /**
   * Hands the bytes to `fn`, once, and wipes them when it returns, throws, or its promise settles.
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
   * Hands the bytes to `fn` and keeps them, for secrets that are needed more than once. Whoever borrows calls
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

/** Whether `value` is a context, of whichever copy of this package. */
export function isSecureByteContext(value: unknown): boolean {
  return typeof value === 'object' && value !== null && BRAND in value;
}

/**
 * How secrets are protected in this process, at this moment.
 *
 * @param options `secure: false` describes what `secureMemory: false` gives
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
