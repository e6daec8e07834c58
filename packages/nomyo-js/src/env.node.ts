/** What Node's environment tells a client. */
import { channel } from 'node:diagnostics_channel';
import type { Environment } from './environment.js';

export const environment: Environment = {
  isBrowser: false,
  defaultKeyDir: 'client_keys',
  variable: (name) => process.env[name],
  publish: (name, fields) => {
    channel(name).publish(fields);
  },
  nextTurn: (run) => void setImmediate(run),
};
