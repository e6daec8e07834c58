/** Version 1 with key pairs that the caller can replace: what the lower level offers, and pages of chats do without. */
import { InvalidArgumentError } from '@nomyo/base';
import { KeyStore } from '@nomyo/keystore';
import { GivenKeys, withEvents, type Keys } from './keys.js';
import type { Protocol, ProtocolContext } from './protocol.js';
import { KEY_STORE_NAMES } from './resolve-keys.js';
import { v1, V1Channel } from './v1-channel.js';

/** Keys that can be replaced by those of another place. */
type MovableKeys = Keys & Pick<KeyStore, 'moveTo' | 'loadFrom'>;

/** A key that the caller keeps is not replaced: nothing is made, read or written. */
class UnmovableKeys extends GivenKeys implements MovableKeys {
  moveTo(): Promise<never> {
    return this.#refuse();
  }

  loadFrom(): Promise<never> {
    return this.#refuse();
  }

  #refuse(): Promise<never> {
    const expectation = 'is the private key of this client, which cannot be replaced by another';
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

/** The protocol of the low-level client unless the option `protocol` says otherwise. */
export const movableV1: Protocol<MovableV1Channel> = {
  ...v1,
  connect: (context) => new MovableV1Channel(context),
};
