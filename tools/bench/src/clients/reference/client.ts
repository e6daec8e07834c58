/**
 * The physical limit: two RSA and two AES operations, JSON, base64 and one keep-alive POST, by hand and as fast as it
 * goes, with node:crypto and node:https alone. It checks nothing, wipes nothing, retries nothing: it shows what those
 * things cost in the SDK.
 */
import { randomUUID, type webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { openHttp, readBody } from '../../http.js';
import type { BenchClient, ClientConfig } from '../client.js';
import { open, seal } from './envelope.js';
import { importPrivateKey, importPublicKey, poolThreads } from './keys.js';

const PATH = '/v1/chat/secure_completion';

/** Imports the private key as often as there are threads to unwrap on. */
export async function openReference(config: ClientConfig): Promise<BenchClient> {
  const [{ post, close, recipient }, unwrap] = await Promise.all([
    openExchange(config),
    readFile(join(config.keyDir, 'private_key.pem')).then((pem) => importPrivateKey(pem, poolThreads())),
  ]);
  return {
    call: async (request) => {
      const body = await seal(JSON.stringify(request), recipient);
      return JSON.parse(await open(await post(body), unwrap)) as unknown;
    },
    close,
  };
}

/**
 * The floor under every latency: the same bytes both ways, with no cryptography but TLS. It seals the first request
 * and sends that body again and again.
 */
export async function openNetwork(config: ClientConfig): Promise<BenchClient> {
  const { post, recipient } = await openExchange(config);
  let body: Promise<Buffer> | undefined;
  return {
    call: async (request) => {
      body ??= seal(JSON.stringify(request), recipient);
      return post(await body);
    },
  };
}

/** A connection for sealed requests, and the router's key, fetched once. */
interface Exchange {
  readonly recipient: webcrypto.CryptoKey;
  readonly post: (body: Buffer) => Promise<Buffer>;
  readonly close: () => void;
}

async function openExchange(config: ClientConfig): Promise<Exchange> {
  const headers = {
    'content-type': 'application/octet-stream',
    'x-payload-id': randomUUID(),
    'x-public-key': encodeURIComponent(await readFile(join(config.keyDir, 'public_key.pem'), 'utf8')),
  };
  const { send, close } = openHttp(config);
  const pem = await readBody(await send('/pki/public_key'));
  const recipient = await importPublicKey(pem.toString());
  return { recipient, post: async (body) => collect(await send(PATH, headers, body)), close };
}

/** The body, written into its place as it comes. */
function collect(response: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const body = Buffer.allocUnsafe(Number(response.headers['content-length']));
    let at = 0;
    response.on('data', (chunk: Buffer) => (at += chunk.copy(body, at)));
    response.once('end', () => {
      if (response.statusCode === 200 && at === body.length) resolve(body);
      else reject(new Error(`the router answered ${String(response.statusCode)}`));
    });
    response.once('error', reject);
  });
}
