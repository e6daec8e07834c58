import { once } from 'node:events';
import https from 'node:https';
import { createHttpClient } from '@nomyo/transport';
import { interleave, mapRecord } from '../interleave.js';
import { atMost, compare, type Row } from '../row.js';
import { ratios } from '../stats.js';
import { ONE_KB } from '../workshop.js';

const ROUNDS = 12;
const CALLS = 200;
const MAX_BYTES = 16 * 1024;
const TIMEOUT_MS = 10_000;

/** What it costs to look at a kept connection before a request is sent on it. */
export const stray: Row = {
  id: 'stray',
  title: 'Guard against stray bytes',
  about:
    'A GET of some hundred bytes over TLS on a kept connection: sent at once, sent after a look at the connection for\n' +
    'bytes that nobody asked for, and through @nomyo/transport, which looks.',
  inShort: false,
  goals: [atMost('stray', { what: 'a look at the connection', beside: 'none', goal: 1.1, band: 2 })],
  measure: async ({ workshop }) => {
    const router = await workshop.router();
    const url = new URL(`${router.baseUrl(ONE_KB)}/pki/public_key`);
    const ways = {
      ours: viaTransport(url, router.ca),
      looks: viaNode(url, router.ca, true),
      bare: viaNode(url, router.ca, false),
    };
    const { ours, looks, bare } = await interleave(
      mapRecord(ways, (call) => () => perCall(call)),
      ROUNDS,
    );
    return {
      figures: { stray: ratios(looks, bare) },
      tables: [
        compare('a GET, µs', { '@nomyo/transport': ours, 'node:https, looks first': looks, none: bare }),
      ],
    };
  },
};

/** In µs. */
async function perCall(call: () => Promise<void>): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < CALLS; i += 1) await call();
  return ((performance.now() - started) * 1000) / CALLS;
}

function viaTransport(url: URL, ca: string): () => Promise<void> {
  const http = createHttpClient({ tls: { ca } });
  return async () => {
    await http.send({ method: 'GET', url, headers: {}, timeout: TIMEOUT_MS, maxBytes: MAX_BYTES });
  };
}

function viaNode(url: URL, ca: string, looks: boolean): () => Promise<void> {
  const agent = new https.Agent({ keepAlive: true, ca });
  return async () => {
    const request = https.request(url, { agent });
    request.once('socket', () => {
      if (looks && request.reusedSocket) setImmediate(() => setImmediate(() => request.end()));
      else request.end();
    });
    const message = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
      request.once('response', resolve).once('error', reject);
    });
    message.resume();
    await once(message, 'end');
  };
}
