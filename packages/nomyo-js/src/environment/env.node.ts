/** The environment of Node. */
import crypto, { createHash } from 'node:crypto';
import { channel } from 'node:diagnostics_channel';
import type { Environment, Hash } from './environment.js';
import { KEY_STORE_DEFAULTS } from '@nomyo/keystore';
import { jsonResponse } from '../fetch/json-response.node.js';
import { proxyOf } from './proxy.node.js';
import { quietly } from '../quietly.js';

/** Environment variables, `diagnostics_channel`, and Node's own hashes. */
export const environment: Environment = {
  isBrowser: false,
  defaultKeyDir: KEY_STORE_DEFAULTS.keyDir,
  variable: (name) => {
    const value = process.env[name];
    return value === '' ? undefined : value;
  },
  proxyOf,
  publish: ({ message, ...fields }) => {
    const listeners = channel(message);
    if (listeners.hasSubscribers) tell(listeners, fields, message);
  },
  // Looked up on use, so that a runtime without it only fails with an audit log.
  sha256: (bytes) => crypto.hash('sha256', bytes),
  createSha256: () => new NodeSha256(),
  jsonResponse,
};

/**
 * Calls the subscribers of a channel. `publish()` deliberately turns an error in a subscriber into an uncaught
 * exception, which would end the process. So they are called one by one, if this Node keeps them in `_subscribers`, as
 * all versions have so far.
 */
function tell(listeners: ReturnType<typeof channel>, fields: object, name: string): void {
  const subscribers: unknown = Reflect.get(listeners, '_subscribers');
  if (!Array.isArray(subscribers)) {
    listeners.publish(fields);
    return;
  }
  for (const subscriber of new Set<unknown>(subscribers)) {
    if (typeof subscriber === 'function') {
      quietly((): unknown => Reflect.apply(subscriber, undefined, [fields, name]));
    }
  }
}

class NodeSha256 implements Hash {
  readonly #hash = createHash('sha256');

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  digest(): Promise<string> {
    return Promise.resolve(this.#hash.digest('hex'));
  }
}
