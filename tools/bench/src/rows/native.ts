import type { Child } from '../child/child-process.js';
import type { Measured } from '../child/load.js';
import type { OperationLoad } from '../child/operations.js';
import { readNumber, readText } from '../child/read.js';
import { formatNumber, formatRatio, formatSpread } from '../format.js';
import { interleave, type Rounds } from '../interleave.js';
import { skippedRow, type Table } from '../result.js';
import type { Row } from '../row.js';
import { ratios, summarize } from '../stats.js';
import { ONE_KB, type RouterProcess, type Workshop } from '../workshop.js';
import { WITHOUT_ADDON, withAddon, whyNotComparable } from './addon.js';
import {
  cpuPerCall,
  DEFAULT_KEY_SIZE,
  order,
  ratioFigure,
  runInTurns,
  throughput,
  wallPerCall,
  warmUp,
} from './common.js';

const ROUNDS = 20;
const ONE_BY_ONE = { concurrency: 1, promptBytes: ONE_KB, ms: 400 } as const;
const AT_ONCE = { concurrency: 16, promptBytes: ONE_KB, ms: 600 } as const;
const WARM_UP_MS = 2000;

const MB = 1_000_000;

const OPERATIONS: readonly (readonly [what: string, name: 'seal' | 'open' | 'contexts', OperationLoad])[] = [
  ['seal 1 KB', 'seal', { bytes: ONE_KB, times: 300 }],
  ['seal 1 MB', 'seal', { bytes: MB, times: 20 }],
  ['seal 9.5 MB', 'seal', { bytes: 9.5 * MB, times: 3 }],
  ['open 1 KB', 'open', { bytes: ONE_KB, times: 40 }],
  ['open 1 MB', 'open', { bytes: MB, times: 20 }],
  ['open 9.5 MB', 'open', { bytes: 9.5 * MB, times: 3 }],
  ['a context of 32 bytes: taken, wiped, given back', 'contexts', { bytes: 32, times: 20_000 }],
];

type Sides<T> = Readonly<Record<'with' | 'without', T>>;

/** What the addon costs or gives. */
export const native: Row = {
  id: 'native',
  title: 'With nomyo-native',
  about:
    'The same client, and single operations, with the addon and without it; RSA-4096. Up to 1 MiB, an answer that is ' +
    'opened without the addon is decrypted under a mask, so that Node leaves no copy of it.',
  inShort: false,
  measure: async ({ workshop }) => {
    const sides = { with: withAddon(workshop), without: WITHOUT_ADDON };
    const children = await startOperations(workshop, sides);
    const [methodWith, methodWithout] = [await methodOf(children.with), await methodOf(children.without)];
    const reason = whyNotComparable(methodWith, methodWithout);
    if (reason !== undefined) return skippedRow(reason);
    const operations = await measureOperations(children);
    workshop.stopChildren();
    const [one, many] = await measureCalls(workshop, await workshop.router(true), sides);
    return {
      figures: [ratioFigure('native', one.with.map(wallPerCall), one.without.map(wallPerCall))],
      tables: [callTable(one, many), operations],
      plots: [],
      notes: [],
    };
  },
};

async function startOperations(
  workshop: Workshop,
  sides: Sides<Parameters<Workshop['start']>[1]>,
): Promise<Sides<Child>> {
  const args = [await workshop.keyDir(DEFAULT_KEY_SIZE)];
  const start = (side: 'with' | 'without'): Promise<Child> =>
    workshop.start('./child/operations-main.js', { ...sides[side], args });
  return { with: await start('with'), without: await start('without') };
}

const methodOf = (child: Child): Promise<string> => child.ask('protection', null, readText);

async function measureOperations(children: Sides<Child>): Promise<Table> {
  const rows: string[][] = [];
  for (const [what, name, load] of OPERATIONS) {
    const measured = await interleave(
      {
        with: () => children.with.ask(name, load, readNumber),
        without: () => children.without.ask(name, load, readNumber),
      },
      ROUNDS / 2,
    );
    rows.push(rowOf(name === 'contexts' ? `${what} (a second: ${aSecond(measured)})` : what, measured));
  }
  return { title: 'Single operations, ms', head: HEAD, rows };
}

const HEAD = ['what', 'with the addon', 'without', 'ratio'] as const;

function rowOf(what: string, measured: Rounds<'with' | 'without', number>): string[] {
  const [on, off] = [measured.with, measured.without];
  const spread = (samples: readonly number[]): string => formatSpread(summarize(samples));
  return [what, spread(on), spread(off), formatSpread(summarize(ratios(on, off)), formatRatio)];
}

function aSecond(measured: Rounds<'with' | 'without', number>): string {
  const perSecond = (samples: readonly number[]): string => formatNumber(1000 / summarize(samples).median);
  return `${perSecond(measured.with)} with, ${perSecond(measured.without)} without`;
}

async function measureCalls(
  workshop: Workshop,
  router: RouterProcess,
  sides: Sides<object>,
): Promise<readonly [one: Turns, many: Turns]> {
  const clients = {
    with: await workshop.client(order('ours', router, sides.with)),
    without: await workshop.client(order('ours', router, sides.without)),
  };
  for (const client of [clients.with, clients.without]) await warmUp(client, WARM_UP_MS);
  return [await runInTurns(clients, ONE_BY_ONE, ROUNDS), await runInTurns(clients, AT_ONCE, ROUNDS / 2)];
}

type Turns = Rounds<'with' | 'without', Measured>;

function callTable(one: Turns, many: Turns): Table {
  const row = (what: string, turns: Turns, of: (measured: Measured) => number): string[] =>
    rowOf(what, { with: turns.with.map(of), without: turns.without.map(of) });
  return {
    title: 'create() of 1 KB',
    head: HEAD,
    rows: [
      row('time of a call, one after the other, ms', one, wallPerCall),
      row('CPU of a call, ms', one, cpuPerCall),
      row('calls/s, 16 at once', many, throughput),
    ],
  };
}
