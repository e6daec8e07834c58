import { formatNumber, formatRatio, formatSpread } from '../format.js';
import { interleave } from '../interleave.js';
import type { Row } from '../row.js';
import { quantile, ratios, summarize } from '../stats.js';
import { ONE_KB, type RouterProcess, type Workshop } from '../workshop.js';
import { DEFAULT_KEY_SIZE, order, ratioFigure } from './common.js';

const SETTINGS = {
  full: { rounds: 6, ms: 5000, levels: [1, 4] },
  short: { rounds: 1, ms: 4000, levels: [1] },
} as const;

/** A pair of 4096 bits takes about as long to make: at this interval there is always one in the making. */
const INTERVAL_MS = 2000;

const SETTLE_CALLS = 60;

/** Calls while key pairs are made and replaced. */
export const rotation: Row = {
  id: 'rotation',
  title: 'Calls during rotation',
  about:
    'p99 of calls of 1 KB while an RSA-4096 pair is replaced every 2 s, beside the same client without rotation; a ' +
    'fresh process each time, so that no timer of one disturbs the other. A pair in the making keeps one core busy.',
  inShort: false,
  measure: async ({ workshop, short }) => {
    const { rounds, ms, levels } = short ? SETTINGS.short : SETTINGS.full;
    const router = await workshop.router(true);
    const rows: string[][] = [];
    const figures = [];
    for (const concurrency of levels) {
      const measured = await interleave(
        {
          rotating: () => latencies(workshop, router, concurrency, ms, INTERVAL_MS),
          steady: () => latencies(workshop, router, concurrency, ms, 0),
        },
        rounds,
      );
      const p99 = (rounds: readonly (readonly number[])[]): number[] =>
        rounds.map((all) => quantile(all, 0.99));
      const [rotating, steady] = [p99(measured.rotating), p99(measured.steady)];
      if (concurrency === 1) figures.push(ratioFigure('rotation-p99', rotating, steady));
      rows.push([
        String(concurrency),
        formatSpread(summarize(rotating)),
        formatSpread(summarize(steady)),
        formatSpread(summarize(ratios(rotating, steady)), formatRatio),
        formatNumber(quantile(measured.rotating.flat(), 0.5) / quantile(measured.steady.flat(), 0.5)),
      ]);
    }
    const head = ['calls at once', 'p99 with rotation, ms', 'p99 without, ms', 'ratio', 'ratio of p50'];
    return { figures, tables: [{ title: 'RSA-4096', head, rows }], plots: [], notes: [] };
  },
};

let directories = 0;

async function latencies(
  workshop: Workshop,
  router: RouterProcess,
  concurrency: number,
  ms: number,
  rotationMs: number,
): Promise<readonly number[]> {
  directories += 1;
  const keyDir = workshop.path(`rotation-${String(directories)}`);
  const client = await workshop.client(
    order('ours', router, { more: { keyDir, rotationMs, keySize: DEFAULT_KEY_SIZE } }),
  );
  await client.load({ calls: SETTLE_CALLS, concurrency, promptBytes: ONE_KB });
  const measured = await client.load({ ms, concurrency, promptBytes: ONE_KB });
  client.stop();
  return measured.latencies;
}
