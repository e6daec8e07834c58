/** The measured clients: each makes chat completions. */
import type { KeySize } from '@nomyo/crypto';
import type { BenchRequest } from '../payloads.js';

/** How a client reaches the router and its keys. */
export interface ClientConfig {
  readonly kind: ClientKind;
  /** With the path prefix that names the size of the answers. */
  readonly baseUrl: string;
  /** PEM of the authority to trust, and a file of it. */
  readonly ca: string;
  readonly caFile: string;
  /** Holds `private_key.pem` and `public_key.pem`. */
  readonly keyDir: string;
  /** Modulus of that pair and of those that rotation makes, in bits. */
  readonly keySize: KeySize;
  /** Sent with every request. */
  readonly apiKey?: string;
  /** Of our client only: how often its pair is replaced, in ms; default: never. */
  readonly rotationMs?: number;
  /** Of our client only: pin of a root, and so version 2; default: version 1. */
  readonly root?: string;
  /** Of our client only: the file of an audit log; default: none. */
  readonly audit?: string;
}

/** A client under measurement. */
export interface BenchClient {
  /** One completion, to the parsed answer; or one stream, as far as the kind of client reads it. */
  call(request: BenchRequest): Promise<unknown>;
  /** Closes connections and forgets keys, where the end of the process does not. */
  close?(): void;
}

/** Each is imported only when it is used, so that none of them pays for another. */
const OPENERS = {
  ours: async () => (await import('./ours.js')).openOurs,
  'first token': async () => (await import('./ours.js')).openFirstToken,
  'whole stream': async () => (await import('./ours.js')).openWholeStream,
  adapter: async () => (await import('./adapter.js')).openAdapter,
  'adapter, first words': async () => (await import('./adapter.js')).openFirstWords,
  reference: async () => (await import('./reference/client.js')).openReference,
  network: async () => (await import('./reference/client.js')).openNetwork,
  gateway: async () => (await import('./gateway.js')).openGateway,
  openai: async () => (await import('./openai.js')).openOpenAI,
  https: async () => (await import('./https.js')).openHttps,
  'https, first event': async () => (await import('./https.js')).openFirstEvent,
  'bare client': async () => (await import('./bare.js')).openBareClient,
  'bare router': async () => (await import('./bare.js')).openBareRouter,
};

/** Every variant that a row can put beside another. */
export type ClientKind = keyof typeof OPENERS;

export async function openClient(config: ClientConfig): Promise<BenchClient> {
  const open = await OPENERS[config.kind]();
  return open(config);
}
