/**
 * Version 1 with key pairs that the caller can replace. Only for the low-level client, so that chat pages do not load
 * it.
 */
import { InvalidArgumentError } from '@nomyo/base';
import { KeyStore } from '@nomyo/keystore';
import { GivenKeys, withEvents, type Keys } from './keys.js';
import type { Protocol, ProtocolContext } from '../protocol.js';
import { KEY_STORE_NAMES } from '../options/resolve-keys.js';
import { v1, V1Channel } from './channel.js';

/** Keys that can be replaced by those at another place. */
type MovableKeys = Keys & Pick<KeyStore, 'moveTo' | 'loadFrom'>;

/** Refuses to replace a key that the caller holds: nothing is made, read or written. */
class UnmovableKeys extends GivenKeys implements MovableKeys {
  moveTo(): Promise<never> {
    return this.#refuse();
  }

  loadFrom(): Promise<never> {
    return this.#refuse();
  }

  #refuse(): Promise<never> {
    const expectation = 'was given to this client, so its private key cannot be replaced';
    return Promise.reject(new InvalidArgumentError('keys', expectation));
  }
}

/** A {@link V1Channel} whose keys can be replaced. */
export class MovableV1Channel extends V1Channel {
  readonly movable: MovableKeys;

  constructor(context: ProtocolContext) {
    const { options, emit } = context;
    const keys =
      options.keys.kind === 'given'
        ? new UnmovableKeys(options.keys.source)
        : new KeyStore(withEvents(options.keys.options, emit), KEY_STORE_NAMES);
    super(context, keys);
    this.movable = keys;
  }
}

/** The default protocol of the low-level client. */
export const movableV1: Protocol<MovableV1Channel> = {
  ...v1,
  connect: (context) => new MovableV1Channel(context),
};
