/** One state of the world: two honest sides, a network that is the attacker, and what happened so far. */
import type { Knowledge } from './knowledge.js';
import type { Call, Configuration, RequestParts, Rules } from './protocol.js';
import type { Term } from './terms.js';

/** A message of a client, as it was sealed. */
export interface SentRequest {
  readonly parts: RequestParts;
  readonly secret: Term;
  readonly enc: Term;
}

/** One call of an honest client. */
export interface ClientState {
  readonly call: Call;
  /** The document that it took last. */
  readonly taken: Configuration | undefined;
  /** Sent, in order; the first, and what was sealed again. */
  readonly sent: readonly SentRequest[];
  /** Contents that were handed over, once END came. */
  readonly accepted: readonly Term[] | undefined;
}

/** A run of a request at the gateway, with all that was answered. */
export interface Run {
  readonly requestId: Term;
  readonly apiKey: Term;
  readonly body: Term;
  readonly tier: string;
  readonly kind: string;
  /** The contents of the whole answer. */
  readonly answer: readonly Term[];
}

export interface State {
  /** 0: now. 1: behind the window. 2: behind the end of the key. */
  readonly time: number;
  readonly knowledge: Knowledge;
  readonly clients: readonly ClientState[];
  /** The private keys in the gateway's memory. */
  readonly keys: readonly string[];
  /** Map key → fingerprint. */
  readonly map: ReadonlyMap<string, string>;
  readonly runs: readonly Run[];
  /** What happened, for a person. */
  readonly trace: readonly string[];
}

/** What a search is about. Each names what it needs, so that it stays small. */
export interface Scenario {
  readonly name: string;
  readonly calls: readonly Call[];
  /** Documents that the world, or the attacker, may offer. */
  readonly configurations: readonly Configuration[];
  /** Highest epoch that the clients have seen. */
  readonly seenEpoch: number;
  /** Private keys of the gateway, the first one published at first. */
  readonly gatewayKeys: readonly string[];
  /** API keys that the gateway knows. */
  readonly apiKeys: readonly string[];
  /** What the attacker has from the beginning. */
  readonly known: readonly Term[];
  /** Requests that the gateway takes, at most. */
  readonly deliveries: number;
  /** How far time goes. */
  readonly lastTime: number;
  /** Everything in the gateway's memory becomes known at the last time. */
  readonly isGatewayRobbed: boolean;
  /** A gateway that applies a lower tier than it was asked for, and says so. */
  readonly mayLowerTier: boolean;
  /** Forged `key_unknown`: clients may seal again, once. */
  readonly mayResend: boolean;
}

/** A world to search: a scenario under rules. */
export interface World {
  readonly scenario: Scenario;
  readonly rules: Rules;
}

/** The root that every client pins, and the realm it asks for. */
export const ROOT = 'root';
export const REALM = 'realm';

/** The same for states in which the same can happen. */
export function textOf({ time, knowledge, clients, keys, map, runs }: State): string {
  return JSON.stringify([time, knowledge.text, clients, keys, [...map], runs]);
}
