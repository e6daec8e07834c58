/** Where a client's key pair comes from: a key store of its own, or a {@link KeySource} that the caller gave. */
import {
  abortable,
  DisposedError,
  InvalidArgumentError,
  isBytes,
  wipe,
  type AbortSignalLike,
} from '@nomyo/base';
import { SecureByteContext, type KeySource, type SecureByteContextOptions } from '@nomyo/crypto';
import { APIConnectionTimeoutError, withDeadline } from '@nomyo/transport';
import { KeyStore, type KeyLease, type KeyStoreEvent } from '@nomyo/keystore';
import type { CallSignal } from './call-scope.js';
import type { Emit } from './events.js';
import type { KeyOrigin } from './options.js';
import { KEY_STORE_NAMES } from './resolve-keys.js';

/** What a channel needs of either. */
export type Keys = Pick<KeyStore, 'ready' | 'acquire' | 'moveTo' | 'loadFrom' | 'dispose'>;

/** @throws {InvalidArgumentError} on a wrong option of a key store, by the name that it has here */
export function createKeys(keys: KeyOrigin, emit: Emit): Keys {
  if (keys.kind === 'given') return new GivenKeys(keys.source);
  const onEvent = (event: KeyStoreEvent): void => emitKeyEvent(emit, event);
  return new KeyStore({ ...keys.options, onEvent }, KEY_STORE_NAMES);
}

/** A key that the caller keeps, rotates and ends. */
class GivenKeys implements Keys {
  readonly #source: KeySource;
  #disposed = false;

  constructor(source: KeySource) {
    this.#source = source;
  }

  async ready(): Promise<void> {
    await this.acquire();
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- a key store has to wait here
  async acquire(signal?: AbortSignalLike): Promise<KeyLease> {
    signal?.throwIfAborted();
    if (this.#disposed) throw new DisposedError('The client');
    const release = (): void => undefined;
    return { keys: this.#source, release, [Symbol.dispose]: release };
  }

  moveTo(): Promise<never> {
    return this.#refuse();
  }

  loadFrom(): Promise<never> {
    return this.#refuse();
  }

  dispose(): void {
    this.#disposed = true;
  }

  /** Before anything is made, read or written. */
  #refuse(): Promise<never> {
    const expectation = 'is the private key of this client, which cannot be replaced by another';
    return Promise.reject(new InvalidArgumentError('keys', expectation));
  }
}

/** What bounds the work of a private key. */
export interface UnwrapLimits {
  readonly signal: CallSignal;
  /** What is left for it, in ms; asked when it begins. */
  readonly timeLeft: () => number;
}

/**
 * The same keys, whose waits end with the call. Those of this process say whether they are locked, and end by
 * themselves; a source of somebody else's gets a real signal, and may ignore it.
 */
export function endingWith(limits: UnwrapLimits, keys: KeySource): KeySource {
  return {
    publicKey: keys.publicKey,
    unwrap: (wrapped, _signal, memory) =>
      isOwn(keys)
        ? keys.unwrap(wrapped, limits.signal, memory)
        : unwrapElsewhere(limits, keys, wrapped, memory),
  };
}

/** Keys of this SDK take its signals. */
interface OwnKeys extends KeySource {
  readonly locked: boolean;
  unwrap(
    wrapped: Uint8Array,
    signal?: AbortSignalLike,
    memory?: SecureByteContextOptions,
  ): Promise<SecureByteContext | Uint8Array>;
}

function isOwn(keys: KeySource): keys is OwnKeys {
  return keys.locked !== undefined;
}

/**
 * A source that never answers costs the rest of the attempt's time. What it gives too late is wiped; why it fails is
 * for `openEnvelope` to hide.
 *
 * @throws {APIConnectionTimeoutError} when it takes too long
 * @throws the signal's reason, and whatever the source throws
 */
async function unwrapElsewhere(
  { signal, timeLeft }: UnwrapLimits,
  keys: KeySource,
  ...[wrapped, memory]: [Uint8Array, SecureByteContextOptions | undefined]
): Promise<Uint8Array | SecureByteContext> {
  const expired = (): Error =>
    new APIConnectionTimeoutError('the option keys did not unwrap the key of the answer in time', {
      possiblyExecuted: true,
      retryable: false,
    });
  return withDeadline({ timeout: Math.max(1, timeLeft()), signal, expired }, async (ended) => {
    const answer = Promise.resolve(keys.unwrap(wrapped, ended, memory));
    try {
      return await abortable(answer, ended);
    } catch (error) {
      void answer.then(wipeLate, () => undefined);
      throw error;
    }
  });
}

function wipeLate(key: Uint8Array | SecureByteContext): void {
  if (key instanceof SecureByteContext) key.dispose();
  else if (isBytes(key)) wipe(key);
}

function emitKeyEvent(emit: Emit, event: KeyStoreEvent): void {
  switch (event.type) {
    case 'key-loaded':
      emit({ message: 'nomyo:key-loaded', fingerprint: event.fingerprint });
      break;
    case 'key-generated':
      emit({ message: 'nomyo:key-generated', fingerprint: event.fingerprint });
      break;
    case 'key-rotated':
      emit({ message: 'nomyo:key-rotated', previous: event.previous, current: event.current });
      break;
    case 'rotation-failed':
      emit({ message: 'nomyo:rotation-failed', code: event.code, path: event.path });
  }
}
