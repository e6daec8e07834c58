import type { KeySize } from '@nomyo/crypto';
import type { PartTimes } from '../child/parts.js';
import { readFields } from '../child/read.js';
import { formatNumber } from '../format.js';
import type { StackPlot } from '../result.js';
import type { Bench, Row } from '../row.js';
import { median } from '../stats.js';
import { ONE_KB } from '../workshop.js';
import { runInTurns, startClients } from './common.js';

const ROUNDS = 12;
const LOAD = { concurrency: 1, promptBytes: ONE_KB, ms: 500 } as const;
const WARM_UP_MS = 2000;

const KEY_SIZES: readonly KeySize[] = [4096, 2048];

const PARTS = [
  'RSA unwrap',
  'RSA wrap',
  'AES',
  'JSON',
  'base64',
  'HTTP and TLS',
  'glue of any client',
  'ours',
] as const;

/** Where the time of a call goes. */
export const where: Row = {
  id: 'where',
  title: 'Where the time goes',
  about:
    'One call of 1 KB after the other. RSA, AES, JSON and base64 are timed alone; HTTP is a call of the same bytes ' +
    'without cryptography; what the hand-written client takes beyond their sum is the glue that any client needs ' +
    '(framing, promises, hand-over to the pool); what ours takes beyond the hand-written one is ours: checks, keys ' +
    'on lease, protected memory, wiping, headers, limits, deadline and abort.',
  inShort: false,
  measure: async (bench) => {
    const bars: StackPlot['bars'][number][] = [];
    for (const keySize of KEY_SIZES) {
      bars.push({ label: `RSA-${String(keySize)}`, values: await stackOf(bench, keySize) });
      bench.workshop.stopChildren();
    }
    const rows = PARTS.map((part, i) => [
      part,
      ...bars.flatMap(({ values }) => {
        const total = values.reduce((sum, value) => sum + value, 0);
        const value = values[i] ?? 0;
        return [formatNumber(value), `${((100 * value) / total).toFixed(1)} %`];
      }),
    ]);
    const head = ['part', ...KEY_SIZES.flatMap((keySize) => [`RSA-${String(keySize)}, ms`, 'share'])];
    const title = 'Where the time of a call of 1 KB goes';
    return {
      figures: [],
      tables: [{ title: '', head, rows }],
      plots: [{ kind: 'stack', name: 'where', title, unit: 'ms', parts: PARTS, bars }],
      notes: ['A part that came out below zero, which is noise, is shown as zero.'],
    };
  },
};

async function stackOf({ workshop }: Bench, keySize: KeySize): Promise<number[]> {
  const clients = await startClients(workshop, ['ours', 'reference', 'network'], WARM_UP_MS, keySize);
  const child = await workshop.start('./child/parts-main.js', { args: [await workshop.keyDir(keySize)] });
  const parts: PartTimes = await child.ask(
    'parts',
    null,
    readFields('unwrap', 'wrap', 'aes', 'json', 'base64'),
  );
  const measured = await runInTurns(clients, LOAD, ROUNDS);
  const p50 = (kind: keyof typeof measured): number =>
    median(measured[kind].flatMap(({ latencies }) => [...latencies]));
  const alone = [parts.unwrap, parts.wrap, parts.aes, parts.json, parts.base64, p50('network')];
  const glue = p50('reference') - alone.reduce((sum, part) => sum + part, 0);
  return [...alone, glue, p50('ours') - p50('reference')].map((value) => Math.max(0, value));
}
