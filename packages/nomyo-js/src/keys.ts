/** Where a client's key pair comes from: a key store of its own, or a {@link KeySource} that the caller gave. */
import { abortable, DisposedError, InvalidArgumentError, type AbortSignalLike } from '@nomyo/base';
import { RsaPrivateKey, type KeySource } from '@nomyo/crypto';
import { KeyStore, type KeyLease, type KeyStoreEvent, type KeyStoreOptions } from '@nomyo/keystore';
import type { CallSignal } from './call-scope.js';
import type { Emit } from './events.js';

/** What a channel needs of either. */
export type Keys = Pick<KeyStore, 'ready' | 'acquire' | 'useKey' | 'dispose'>;

export function createKeys(keys: KeySource | KeyStoreOptions, emit: Emit): Keys {
  if (isKeySource(keys)) return new GivenKeys(keys);
  return new KeyStore({ ...keys, onEvent: (event) => emitKeyEvent(emit, event) });
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

  useKey(): void {
    throw new InvalidArgumentError('keys', 'of a client that was given a KeySource cannot be replaced');
  }

  dispose(): void {
    this.#disposed = true;
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

function isKeySource(keys: KeySource | KeyStoreOptions): keys is KeySource {
  return 'unwrap' in keys;
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
