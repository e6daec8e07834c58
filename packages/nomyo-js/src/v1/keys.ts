/** The source of a client's key pair: a key store of its own, or a {@link KeySource} of the caller. */
import { DisposedError, type AbortSignalLike } from '@nomyo/base';
import type { KeySource } from '@nomyo/crypto';
import { ServingKeyStore, type KeyLease, type KeyStoreEvent, type KeyStoreOptions } from '@nomyo/keystore';
import type { CallSignal } from '../call/call-scope.js';
import type { Emit } from '../events.js';
import { loadPart } from '../load-part.js';
import type { KeyOrigin } from '../options/options.js';
import { KEY_STORE_NAMES } from '../options/resolve-keys.js';
import type * as unwrapping from './unwrap-elsewhere.js';

/** The part of either that a channel uses. */
export type Keys = Pick<ServingKeyStore, 'ready' | 'acquire' | 'dispose'>;

/** @throws {InvalidArgumentError} on an invalid option of a key store, under its name in the client */
export function createKeys(keys: KeyOrigin, emit: Emit): Keys {
  if (keys.kind === 'given') return new GivenKeys(keys.source);
  return new ServingKeyStore(withEvents(keys.options, emit), KEY_STORE_NAMES);
}

/** Adds a listener that turns events of a key store into events of the client. */
export function withEvents(options: KeyStoreOptions, emit: Emit): KeyStoreOptions {
  return { ...options, onEvent: (event) => emitKeyEvent(emit, event) };
}

/** A key that the caller holds, rotates and disposes of. */
export class GivenKeys implements Keys {
  readonly #source: KeySource;
  #disposed = false;

  constructor(source: KeySource) {
    this.#source = source;
  }

  async ready(): Promise<void> {
    await this.acquire();
  }

  async acquire(signal?: AbortSignalLike): Promise<KeyLease> {
    // Loaded before anything is sent, so that no answer is lost.
    await loadElsewhere();
    signal?.throwIfAborted();
    if (this.#disposed) throw new DisposedError('The client');
    const release = (): void => undefined;
    return { keys: this.#source, release, [Symbol.dispose]: release };
  }

  dispose(): void {
    this.#disposed = true;
  }
}

/** The limits on the work of a private key. */
export interface UnwrapLimits {
  readonly signal: CallSignal;
  /** Returns the time left for it, in ms; called when it begins. */
  readonly timeLeft: () => number;
}

/** Wraps keys held elsewhere, which may never answer: a wait for them ends with the call, or when its time is over. */
export function elsewhere(keys: KeySource, limits: UnwrapLimits): KeySource {
  return {
    publicKey: keys.publicKey,
    unwrap: async (wrapped, _signal, memory) =>
      (await loadElsewhere()).unwrapElsewhere(limits, keys, wrapped, memory),
  };
}

const loadElsewhere = (): Promise<typeof unwrapping> => loadPart(() => import('./unwrap-elsewhere.js'));

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
