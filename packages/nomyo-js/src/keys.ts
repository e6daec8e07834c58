/** Where a client's key pair comes from: a key store of its own, or a {@link KeySource} that the caller gave. */
import { abortable, DisposedError, InvalidArgumentError, type AbortSignalLike } from '@nomyo/base';
import { RsaPrivateKey, type KeySource } from '@nomyo/crypto';
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

/** The same keys, whose waits end with `call`. A source of somebody else's gets a real signal. */
export function endingWith(call: CallSignal, keys: KeySource): KeySource {
  return {
    publicKey: keys.publicKey,
    unwrap: (wrapped, _signal, memory) =>
      keys instanceof RsaPrivateKey
        ? keys.unwrap(wrapped, call, memory)
        : abortable(keys.unwrap(wrapped, call.toAbortSignal(), memory), call),
  };
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
