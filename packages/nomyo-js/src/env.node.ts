/** What Node's environment tells a client. */
import { channel } from 'node:diagnostics_channel';
import type { Environment } from './environment.js';

export const environment: Environment = {
  isBrowser: false,
  defaultKeyDir: 'client_keys',
  variable: (name) => {
    const value = process.env[name];
    return value === '' ? undefined : value;
  },
  publish: (entry) => {
    const listeners = channel(entry.message);
    if (!listeners.hasSubscribers) return;
    const { message: _name, ...fields } = entry;
    listeners.publish(fields);
  },
};
