import { mkdirSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatRatio, formatSpread } from '../format.js';
import { skippedRow, type RowResult } from '../result.js';
import type { Bench, Row } from '../row.js';
import { ratios, summarize } from '../stats.js';
import { ONE_KB } from '../workshop.js';
import type { Measured } from '../child/load.js';
import { cpuPerCall, order, ratioFigure, runInTurns, throughput, wallPerCall, warmUp } from './common.js';

const ROUNDS = 20;
const ONE_BY_ONE = { concurrency: 1, promptBytes: ONE_KB, ms: 400 } as const;
const AT_ONCE = { concurrency: 16, promptBytes: ONE_KB, ms: 600 } as const;
const WARM_UP_MS = 2000;

/** Makes `nomyo-native` look as if it were not installed. */
const BLOCKER = `data:text/javascript,${encodeURIComponent(`
  import Module from 'node:module';
  const load = Module._load;
  Module._load = function (name, ...rest) {
    if (name === 'nomyo-native') throw Object.assign(new Error('left out'), { code: 'MODULE_NOT_FOUND' });
    return load.call(this, name, ...rest);
  };
`)}`;

const addonDir = fileURLToPath(new URL('../../../../native', import.meta.url));

/** What the addon costs or gives. */
export const native: Row = {
  id: 'native',
  title: 'With nomyo-native',
  about: 'The same client with the addon and without it, RSA-4096, calls of 1 KB.',
  inShort: false,
  measure: async (bench) => {
    const { workshop } = bench;
    const router = await workshop.router(true);
    const env = { NODE_PATH: addonPath(bench) };
    const clients = {
      with: await workshop.client(order('ours', router, { env })),
      without: await workshop.client(order('ours', router, { nodeArgs: ['--import', BLOCKER] })),
    };
    const [methodWith, methodWithout] = [await clients.with.protection(), await clients.without.protection()];
    if (methodWith !== 'mlock') return skippedRow(`nomyo-native is not built here (memory: ${methodWith}).`);
    if (methodWithout === 'mlock') return skippedRow('nomyo-native could not be left out.');
    for (const client of [clients.with, clients.without]) await warmUp(client, WARM_UP_MS);
    const one = await runInTurns(clients, ONE_BY_ONE, ROUNDS);
    return resultOf(one, await runInTurns(clients, AT_ONCE, ROUNDS / 2));
  },
};

type Turns = Readonly<Record<'with' | 'without', readonly Measured[]>>;

function resultOf(one: Turns, many: Turns): RowResult {
  const row = (what: string, turns: Turns, of: (measured: Measured) => number): string[] => {
    const [on, off] = [turns.with.map(of), turns.without.map(of)];
    return [
      what,
      formatSpread(summarize(on)),
      formatSpread(summarize(off)),
      formatSpread(summarize(ratios(on, off)), formatRatio),
    ];
  };
  return {
    figures: [ratioFigure('native', one.with.map(wallPerCall), one.without.map(wallPerCall))],
    tables: [
      {
        title: '',
        head: ['what', 'with the addon', 'without', 'ratio'],
        rows: [
          row('time of a call, one after the other, ms', one, wallPerCall),
          row('CPU of a call, ms', one, cpuPerCall),
          row('calls/s, 16 at once', many, throughput),
        ],
      },
    ],
    plots: [],
    notes: [],
  };
}

/** A directory that `require` looks into, with nothing but the addon. */
function addonPath({ workshop }: Bench): string {
  const path = workshop.path('addon');
  mkdirSync(path, { recursive: true });
  symlinkSync(addonDir, `${path}/nomyo-native`, 'junction');
  return path;
}
