import { once } from 'node:events';
import https from 'node:https';
import { createHttpClient } from '@nomyo/transport';
import { openClient } from '../clients/client.js';
import { interleave } from '../interleave.js';
import { ONE_KB, requestOf } from '../payloads.js';
import { atMost, compare, list, type Row } from '../row.js';
import { differences, ratios } from '../stats.js';

const CALLS = 200;

/** The cost of checking a kept connection before a request is sent on it. */
export const stray: Row = {
  id: 'stray',
  title: 'Guard against stray bytes',
  about:
    'A GET of some hundred bytes over TLS on a kept connection: sent at once, sent after a look at the connection for\n' +
    'bytes that nobody asked for, and through @nomyo/transport, which looks. What the look takes is set beside a sealed\n' +
    'call of 1 KB, one after the other.',
  goals: { stray: atMost('a call with the look', 'without it', 1.02, 1.1) },
  measure: async ({ workshop, scaled }) => {
    const config = await workshop.config({ kind: 'ours' });
    const { ca } = await workshop.certificate();
    const url = new URL(`${config.baseUrl}/pki/public_key`);
    const [client, http] = [await openClient(config), createHttpClient({ tls: { ca } })];
    const ways = {
      call: () => client.call(requestOf(ONE_KB)),
      transport: () => http.send({ method: 'GET', url, headers: {}, timeout: 10_000, maxBytes: 16_384 }),
      looks: viaNode(url, ca, true),
      bare: viaNode(url, ca, false),
    };
    const { call, transport, looks, bare } = await interleave(scaled(12), ways, perCall);
    client.close();
    const look = differences(looks, bare);
    return {
      figures: { stray: ratios(call, differences(call, look)) },
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
