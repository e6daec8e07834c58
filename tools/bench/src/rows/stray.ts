import { once } from 'node:events';
import https from 'node:https';
import { createHttpClient } from '@nomyo/transport';
import { formatRatio, formatSpread } from '../format.js';
import { interleave, namesOf } from '../interleave.js';
import type { Row } from '../row.js';
import { median, summarize } from '../stats.js';
import { ONE_KB } from '../workshop.js';

const ROUNDS = 12;
const SEQUENTIAL = { calls: 200, concurrency: 1 } as const;
const BURST = { calls: 640, concurrency: 64 } as const;
const MAX_BYTES = 16 * 1024;
const TIMEOUT_MS = 10_000;

const NAMES = {
  bare: 'node:https, sends at once',
  looks: 'node:https, looks at the connection first',
  ours: '@nomyo/transport',
} as const;

/** What it costs to look at a kept connection before a request is sent on it. */
export const stray: Row = {
  id: 'stray',
  title: 'Guard against stray bytes',
  about:
    'A GET of some hundred bytes over TLS on kept connections: with nothing in between, with the wait for the event ' +
    'loop’s next look at the sockets that @nomyo/transport puts before each request, and through @nomyo/transport. ' +
    'Bytes that nobody asked for, found by that look, end the connection.',
  inShort: false,
  measure: async ({ workshop }) => {
    const router = await workshop.router(true);
    const url = new URL(`${router.baseUrl(ONE_KB)}/pki/public_key`);
    const variants = {
      bare: viaNode(url, router.ca, false),
      looks: viaNode(url, router.ca, true),
      ours: viaTransport(url, router.ca),
    };
    const rows = [];
    for (const load of [SEQUENTIAL, BURST]) {
      const measured = await interleave(
        {
          bare: () => perCall(variants.bare, load),
          looks: () => perCall(variants.looks, load),
          ours: () => perCall(variants.ours, load),
        },
        ROUNDS,
      );
      const usual = median(measured.bare);
      for (const name of namesOf(NAMES)) {
        const took = measured[name];
        rows.push([
          NAMES[name],
          String(load.concurrency),
          formatSpread(summarize(took)),
          formatRatio(median(took) / usual),
        ]);
      }
    }
    return {
      figures: [],
      tables: [{ title: '', head: ['way', 'at once', 'µs for one', 'beside the first'], rows }],
      plots: [],
      notes: [],
    };
  },
};

interface Load {
  readonly calls: number;
  readonly concurrency: number;
}

/** µs for one of `calls`. */
async function perCall(call: () => Promise<void>, { calls, concurrency }: Load): Promise<number> {
  const started = performance.now();
  const run = async (): Promise<void> => {
    for (let i = 0; i < calls / concurrency; i += 1) await call();
  };
  await Promise.all(Array.from({ length: concurrency }, run));
  return ((performance.now() - started) * 1000) / calls;
}

function viaTransport(url: URL, ca: string | undefined): () => Promise<void> {
  const http = createHttpClient(ca === undefined ? {} : { tls: { ca } });
  return async () => {
    await http.send({ method: 'GET', url, headers: {}, timeout: TIMEOUT_MS, maxBytes: MAX_BYTES });
  };
}

function viaNode(url: URL, ca: string | undefined, looks: boolean): () => Promise<void> {
  const agent = new https.Agent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) });
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
