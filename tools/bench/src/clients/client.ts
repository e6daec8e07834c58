/** The measured clients: each makes chat completions. */
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
}

/** A client under measurement. */
export interface BenchClient {
  /** One completion, to the parsed answer. */
  call(request: BenchRequest): Promise<unknown>;
  /** Closes connections and forgets keys. */
  close(): void;
}

type Open = (config: ClientConfig) => Promise<BenchClient>;

/** Each is imported only when it is used, so that none of them pays for another. */
const OPENERS: Readonly<Record<ClientKind, () => Promise<Open>>> = {
  ours: async () => (await import('./ours.js')).openOurs,
  'first token': async () => (await import('./ours.js')).openFirstToken,
  adapter: async () => (await import('./adapter.js')).openAdapter,
  'first words': async () => (await import('./adapter.js')).openFirstWords,
  reference: async () => (await import('./reference/client.js')).openReference,
  network: async () => (await import('./reference/client.js')).openNetwork,
  gateway: async () => (await import('./gateway.js')).openGateway,
  'bare relay': async () => (await import('./gateway.js')).openBareRelay,
  openai: async () => (await import('./openai.js')).openOpenAI,
  https: async () => (await import('./https.js')).openHttps,
  'drained streams': async () => (await import('./drained.js')).openDrained,
};

/** Opens a client of any kind. */
export async function openClient(config: ClientConfig): Promise<BenchClient> {
  const open = await OPENERS[config.kind]();
  return open(config);
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
