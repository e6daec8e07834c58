/** The worlds that are searched: each as small as what it is about allows. */
import { delegation, keysPart, type Call, type Configuration } from './protocol.js';
import { REALM, ROOT, type Scenario } from './state.js';

const call = (name: string, more: Partial<Call> = {}): Call => ({
  ...{
    name,
    requestId: `id-${name}`,
    body: `body-${name}`,
    apiKey: 'key-alice',
    tier: 'maximum',
    kind: 'chat',
  },
  ...more,
});

const honest: Configuration = { root: ROOT, realm: REALM, epoch: 1, signer: 'signer1', key: 'kem1' };

/** What the attacker would like to be taken: a key of his own, behind every signature that he can make. */
const OWN = 'kem-own';
const forged: readonly Configuration[] = [
  { ...honest, root: 'root-own', signer: 'signer-own', key: OWN },
  { ...honest, key: OWN },
  { ...honest, realm: 'other realm', signer: 'signer-own', key: OWN },
];

/** Another operator's delegation, by the same root: the attacker may run that realm. */
const otherRealm = delegation({ ...honest, realm: 'other realm', signer: 'signer-own' });

const published = (...configurations: readonly Configuration[]): Scenario['known'] =>
  configurations.flatMap((one) => [delegation(one), keysPart(one)]);

const exchange: Scenario = {
  name: 'two calls of one client, an attacker with an account of his own',
  calls: [call('one'), call('two')],
  configurations: [honest],
  seenEpoch: 1,
  gatewayKeys: ['kem1'],
  apiKeys: ['key-alice', 'key-own'],
  known: [...published(honest), 'key-own'],
  deliveries: 2,
  lastTime: 0,
  isGatewayRobbed: false,
  mayLowerTier: false,
  mayResend: false,
};

const replays: Scenario = {
  ...exchange,
  name: 'one call, delivered again, also behind the window',
  calls: [call('one')],
  apiKeys: ['key-alice'],
  known: published(honest),
  lastTime: 1,
};

const lists: Scenario = {
  ...exchange,
  name: 'one list of models, which is made anew each time it is delivered',
  calls: [call('one', { kind: 'list' })],
  apiKeys: ['key-alice'],
  known: published(honest),
};

const configurations: Scenario = {
  ...exchange,
  name: 'key configurations of the attacker, who runs another realm of the root',
  calls: [call('one')],
  configurations: [honest, ...forged],
  known: [...published(honest), otherRealm, 'root-own', 'signer-own', OWN],
  deliveries: 1,
};

const second: Configuration = { ...honest, epoch: 2, signer: 'signer2' };
const revoked: Scenario = {
  ...configurations,
  name: 'a stolen signer that was revoked: the client has seen the new epoch',
  configurations: [second, honest, ...forged],
  seenEpoch: 2,
  known: [...configurations.known, ...published(second), 'signer1'],
};

const secrecy: Scenario = {
  ...exchange,
  name: 'a recorded call; the gateway is robbed of all that it has when its key is over',
  calls: [call('one')],
  apiKeys: ['key-alice'],
  known: published(honest),
  deliveries: 1,
  lastTime: 2,
  isGatewayRobbed: true,
};

const lowered: Scenario = {
  ...replays,
  name: 'a gateway that applies a lower tier than it was asked for, and says so',
  deliveries: 1,
  lastTime: 0,
  mayLowerTier: true,
};

const next: Configuration = { ...honest, key: 'kem2' };
const resealed: Scenario = {
  ...exchange,
  name: 'a forged key_unknown: the call is sealed again to another key of the same gateway',
  calls: [call('one')],
  configurations: [honest, next],
  gatewayKeys: ['kem1', 'kem2'],
  apiKeys: ['key-alice'],
  known: published(honest, next),
  mayResend: true,
};

const delayed: Scenario = {
  ...resealed,
  name: 'the same, held back until the map has forgotten the call',
  lastTime: 1,
};

const together: Scenario = {
  ...resealed,
  name: 'two calls, forged documents and forged codes at once',
  calls: [call('one'), call('two')],
  configurations: [honest, next, ...forged],
  known: [...published(honest, next), otherRealm, 'root-own', 'signer-own', OWN],
};

export const SCENARIOS = {
  exchange,
  replays,
  lists,
  configurations,
  revoked,
  secrecy,
  resealed,
  delayed,
  together,
  lowered,
} as const;

export type ScenarioName = keyof typeof SCENARIOS;
