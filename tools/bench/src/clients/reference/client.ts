/**
 * The physical limit: two RSA and two AES operations, JSON, base64 and one keep-alive POST, by hand and as fast as it
 * goes, with node:crypto and node:https alone. It checks nothing, wipes nothing, retries nothing: it shows what those
 * things cost in the SDK.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchClient, ClientConfig } from '../client.js';
import { open, seal } from './envelope.js';
import { importPublicKey, poolThreads, Unwrapper } from './keys.js';
import { createPoster, type Poster } from './post.js';

/** What a sealed request goes to and comes back from. */
export interface Exchange {
  readonly poster: Poster;
  readonly keys: Unwrapper;
  readonly recipient: Awaited<ReturnType<typeof importPublicKey>>;
}

const PATH = '/v1/chat/secure_completion';

/** Reads the keys and fetches the router's, once. */
export async function openReference(config: ClientConfig): Promise<BenchClient> {
  const { poster, keys, recipient } = await openExchange(config);
  return {
    call: async (request) => {
      const body = await seal(JSON.stringify(request), recipient);
      return JSON.parse(await open(await poster.post(body), keys)) as unknown;
    },
    close: () => poster.close(),
  };
}

/** The keys and a way to send. */
export async function openExchange(config: ClientConfig): Promise<Exchange> {
  const [privatePem, publicPem] = await Promise.all([
    readFile(join(config.keyDir, 'private_key.pem')),
    readFile(join(config.keyDir, 'public_key.pem'), 'utf8'),
  ]);
  const poster = createPoster(config, PATH, {
    'content-type': 'application/octet-stream',
    'x-payload-id': randomUUID(),
    'x-public-key': encodeURIComponent(publicPem),
  });
  const [keys, recipient] = await Promise.all([
    Unwrapper.fromPem(privatePem, config.copies ?? poolThreads()),
    poster.get('/pki/public_key').then((pem) => importPublicKey(pem.toString())),
  ]);
  return { poster, keys, recipient };
}
