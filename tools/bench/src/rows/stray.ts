import { once } from 'node:events';
import https from 'node:https';
import { createHttpClient } from '@nomyo/transport';
import { openClient } from '../clients/client.js';
import { interleave, mapRecord } from '../interleave.js';
import { requestOf } from '../payloads.js';
import { atMost, compare, list, type Row } from '../row.js';
import { ONE_KB } from '../workshop.js';
import { order } from './common.js';

const ROUNDS = 12;
const CALLS = 200;
const MAX_BYTES = 16 * 1024;
const TIMEOUT_MS = 10_000;

/** The cost of checking a kept connection before a request is sent on it. */
export const stray: Row = {
  id: 'stray',
  title: 'Guard against stray bytes',
  about:
    'A GET of some hundred bytes over TLS on a kept connection: sent at once, sent after a look at the connection for\n' +
    'bytes that nobody asked for, and through @nomyo/transport, which looks. What the look takes is set beside a sealed\n' +
    'call of 1 KB, one after the other.',
  inShort: false,
  goals: [atMost('stray', { what: 'a call with the look', beside: 'without it', goal: 1.02, band: 1.1 })],
  measure: async ({ workshop }) => {
    const router = await workshop.router();
    const config = await workshop.config(order('ours', router));
    const client = await openClient(config);
    const url = new URL(`${config.baseUrl}/pki/public_key`);
    const ways = {
      call: () => client.call(requestOf(ONE_KB)),
      transport: viaTransport(url, router.ca),
      looks: viaNode(url, router.ca, true),
      bare: viaNode(url, router.ca, false),
    };
    const timed = mapRecord(ways, (call: () => Promise<unknown>) => () => perCall(call));
    const { call, transport, looks, bare } = await interleave(timed, ROUNDS);
    client.close();
    const look = (round: number): number => (looks[round] ?? Number.NaN) - (bare[round] ?? Number.NaN);
    return {
      figures: { stray: call.map((whole, round) => whole / (whole - look(round))) },
      tables: [
        compare('a GET, µs', { '@nomyo/transport': transport, 'node:https, looks first': looks, none: bare }),
        list('a sealed call, µs', { 'nomyo-js': call }),
      ],
    };
  },
};

/** In µs. */
async function perCall(call: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < CALLS; i += 1) await call();
  return ((performance.now() - started) * 1000) / CALLS;
}

function viaTransport(url: URL, ca: string): () => Promise<unknown> {
  const http = createHttpClient({ tls: { ca } });
  return () => http.send({ method: 'GET', url, headers: {}, timeout: TIMEOUT_MS, maxBytes: MAX_BYTES });
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
