/** What is measured: something that answers a chat completion. */
import { readMember, readText } from '../child/read.js';
import type { BenchRequest } from '../payloads.js';

/** Every variant that a row can put beside another. */
export type ClientKind =
  | 'ours'
  | 'adapter'
  | 'first words'
  | 'reference'
  | 'network'
  | 'gateway'
  | 'bare relay'
  | 'openai'
  | 'https'
  | 'first token'
  | 'drained streams';

/** How a client reaches the router and its keys. All clients of a row get the same. */
export interface ClientConfig {
  readonly kind: ClientKind;
  /** With the path prefix that names the size of the answers. */
  readonly baseUrl: string;
  /** PEM of the authority to trust; `undefined` over plain HTTP. */
  readonly ca?: string | undefined;
  /** Holds `private_key.pem` and `public_key.pem`. */
  readonly keyDir: string;
  /** In ms; 0: never. Of our client only. */
  readonly rotationMs?: number | undefined;
  /** Modulus of pairs that rotation makes, in bits. Of our client only. */
  readonly keySize?: 2048 | 3072 | 4096 | undefined;
  /** Pin of a root: version 2. Of our client only; default: version 1. */
  readonly root?: string | undefined;
  /** Sent with every request. */
  readonly apiKey?: string | undefined;
  /** Whether a call asks for a stream. Of the client `https` only. */
  readonly stream?: boolean | undefined;
  /** File of an audit log. Of our client only; default: none. */
  readonly audit?: string | undefined;
  /** Imports of the private key. Of the hand-written clients only; default: threads of the pool. */
  readonly copies?: number | undefined;
}

/** A client under measurement. */
export interface BenchClient {
  /** One completion, to the parsed answer. */
  call(request: BenchRequest): Promise<unknown>;
  /** Closes connections and forgets keys. */
  close(): void;
}

/** The configuration that a parent of the same build wrote. */
export function parseConfig(json: string | undefined): ClientConfig {
  const config: unknown = JSON.parse(json ?? '{}');
  if (isConfig(config)) return config;
  throw new TypeError('the argument is not the configuration of a client');
}

function isConfig(value: unknown): value is ClientConfig {
  return ['kind', 'baseUrl', 'keyDir'].every((name) => readText(readMember(value, name)) !== '');
}
