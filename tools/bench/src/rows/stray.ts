import { once } from 'node:events';
import https from 'node:https';
import { openClient } from '../clients/client.js';
import { interleave } from '../interleave.js';
import { ONE_KB, requestOf } from '../payloads.js';
import { atMost, compare, list, type Row } from '../row.js';
import { differences, ratios } from '../stats.js';

const CALLS = 200;

export const stray: Row = {
  id: 'stray',
  title: 'Guard against stray bytes',
  about:
    'A GET of some hundred bytes over TLS on a kept connection: sent at once, and sent after a look at the connection for\n' +
    'bytes that nobody asked for. What the look takes is set beside a sealed call of 1 KB, one after the other.',
  goals: { stray: atMost('a call with the look', 'without it', 1.02, 1.1) },
  measure: async ({ workshop, scaled }) => {
    const config = await workshop.config({ kind: 'ours' });
    const url = new URL(`${config.baseUrl}/pki/public_key`);
    const client = await openClient(config);
    const ways = {
      call: () => client.call(requestOf(ONE_KB)),
      looks: viaNode(url, config.ca, true),
      bare: viaNode(url, config.ca, false),
    };
    const { call, looks, bare } = await interleave(scaled(12), ways, perCall);
    client.close?.();
    const look = differences(looks, bare);
    return {
      figures: { stray: ratios(call, differences(call, look)) },
      tables: [
        compare('a GET, µs', { 'node:https, looks first': looks, none: bare }),
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
    const request = https.request(url, { agent }, (message) => message.resume());
    request.once('socket', () => {
      if (looks && request.reusedSocket) setImmediate(() => setImmediate(() => request.end()));
      else request.end();
    });
    await once(request, 'close');
  };
}
