import type { Child } from '../child/child-process.js';
import { formatNumber, formatRatio, formatSpread } from '../format.js';
import { interleave, namesOf, type Rounds } from '../interleave.js';
import type { Row } from '../row.js';
import { quantile, ratios, summarize } from '../stats.js';
import { ONE_KB, type RouterProcess, type Workshop } from '../workshop.js';
import { DEFAULT_KEY_SIZE, order, ratioFigure } from './common.js';

/** Rounds for each number of calls at once; the figure is that of one. */
const SETTINGS = {
  full: { 1: 7, 4: 3 },
  short: { 1: 1 },
} as const;

const ROUND_MS = 4000;

const INTERVAL_MS = 2000;

/** From one pair to the making of the next: the key store begins an eighth to a quarter of the interval early. */
const PAUSE_MS = (INTERVAL_MS * 13) / 16;

const SETTLE_CALLS = 60;

const NAMES = {
  rotating: 'every 2 s',
  beside: 'none; another process makes pairs',
  steady: 'none',
} as const;

/** Calls while key pairs are made and replaced. */
export const rotation: Row = {
  id: 'rotation',
  title: 'Calls during rotation',
  about:
    'p99 of calls of 1 KB while an RSA-4096 pair is replaced every 2 s, beside the same client without rotation; a ' +
    'fresh process each time, so that no timer of one disturbs the other. A pair in the making keeps one core busy: ' +
    'the same client without rotation, while another process makes pairs with node:crypto at the same interval, ' +
    'shows what that alone does. What rotation adds to it is ours.',
  inShort: false,
  measure: async ({ workshop, short }) => {
    const router = await workshop.router(true);
    const rows: string[][] = [];
    const figures = [];
    for (const [level, rounds] of Object.entries(short ? SETTINGS.short : SETTINGS.full)) {
      const concurrency = Number(level);
      const measured = await interleave(
        {
          rotating: () => latencies(workshop, router, concurrency, 'rotating'),
          beside: () => latencies(workshop, router, concurrency, 'beside'),
          steady: () => latencies(workshop, router, concurrency, 'steady'),
        },
        rounds,
      );
      if (concurrency === 1) {
        figures.push(ratioFigure('rotation-p99', p99(measured.rotating), p99(measured.steady)));
      }
      rows.push(...rowsOf(level, measured));
    }
    const head = ['calls at once', 'rotation', 'p99, ms', 'beside none', 'p50 beside none'];
    return { figures, tables: [{ title: 'RSA-4096', head, rows }], plots: [], notes: [] };
  },
};

type Name = keyof typeof NAMES;
type Latencies = Rounds<Name, readonly number[]>;

function p99(rounds: readonly (readonly number[])[]): number[] {
  return rounds.map((all) => quantile(all, 0.99));
}

function rowsOf(level: string, measured: Latencies): string[][] {
  return namesOf(NAMES).map((name) => [
    level,
    NAMES[name],
    formatSpread(summarize(p99(measured[name]))),
    formatSpread(summarize(ratios(p99(measured[name]), p99(measured.steady))), formatRatio),
    formatNumber(quantile(measured[name].flat(), 0.5) / quantile(measured.steady.flat(), 0.5)),
  ]);
}

let directories = 0;

async function latencies(
  workshop: Workshop,
  router: RouterProcess,
  concurrency: number,
  name: Name,
): Promise<readonly number[]> {
  directories += 1;
  const keyDir = workshop.path(`rotation-${String(directories)}`);
  const rotationMs = name === 'rotating' ? INTERVAL_MS : 0;
  const client = await workshop.client(
    order('ours', router, { more: { keyDir, rotationMs, keySize: DEFAULT_KEY_SIZE } }),
  );
  // Begun when the client has its first pair, so that both make the next one at the same point of a round.
  const maker = name === 'beside' ? await startMaker(workshop) : undefined;
  await client.load({ calls: SETTLE_CALLS, concurrency, promptBytes: ONE_KB });
  const measured = await client.load({ ms: ROUND_MS, concurrency, promptBytes: ONE_KB });
  client.stop();
  maker?.stop();
  return measured.latencies;
}

function startMaker(workshop: Workshop): Promise<Child> {
  return workshop.start('./child/keys-main.js', { args: [String(PAUSE_MS)] });
}
