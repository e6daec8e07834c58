import { deliveryFailures } from './deliveries.js';
import { envelopeFailures } from './envelopes.js';
import type { Failure } from './failure.js';
import { keyEndpointFailures } from './key-endpoint.js';
import type { FailModeName } from './modes.js';
import { plaintextFailures } from './plaintexts.js';
import { statusFailures } from './statuses.js';

/** The changes of each mode. */
export const FAILURES: Readonly<Record<FailModeName, Failure>> = {
  ...statusFailures,
  ...envelopeFailures,
  ...plaintextFailures,
  ...deliveryFailures,
  ...keyEndpointFailures,
  ok: {},
  'rotated-key': { rotateKey: true },
  random: {},
};
