/** The cost of protected memory: with `nomyo-native`, which locks it, and without. */
import { fileURLToPath } from 'node:url';
import type { Child, ChildOptions } from '../child/child-process.js';
import type { OperationCommands } from '../child/operations.js';
import { interleave } from '../interleave.js';
import { ONE_KB } from '../payloads.js';
import { atMost, beside, compare, notMeasured, type Bench, type Row } from '../row.js';
import { ratios } from '../stats.js';
import { each, inGenerations, measureEach, wallPerCall } from './kit.js';

/** Nobody finds the addon but a process whose `require` looks into our dependencies, too. */
const WITH_ADDON: ChildOptions = {
  env: { NODE_PATH: fileURLToPath(new URL('../../node_modules', import.meta.url)) },
};

const NO_ADDON = 'nomyo-native is not built here, or is found where it should not be.';

type Both = Readonly<Record<'on' | 'off', Child<OperationCommands>>>;

/** Processes with and without it; `undefined` where the addon is not built. */
async function startBoth({ workshop }: Bench): Promise<Both | undefined> {
  const on = await workshop.start('operations', undefined, WITH_ADDON);
  const off = await workshop.start('operations', undefined);
  return (await on.ask('locks')) && !(await off.ask('locks')) ? { on, off } : undefined;
}

export const native: Row = {
  id: 'native',
  title: 'With nomyo-native',
  about: 'The same client with the addon and without it; RSA-4096.',
  goals: { native: atMost('time of a call with nomyo-native', 'without', 1.05, 1.3) },
  measure: async (bench) => {
    if ((await startBoth(bench)) === undefined) return notMeasured(NO_ADDON);
    const clients = { 'with the addon': { kind: 'ours', process: WITH_ADDON }, without: 'ours' } as const;
    const calls = await inGenerations(bench, clients, { rounds: 20, warmUpMs: 2000, ms: 400 });
    return beside('native', 'create() of 1 KB, ms', each(calls, wallPerCall));
  },
};

const KB = 1024;
const BUFFER = 'a Buffer';

/** A Buffer of a few bytes is a piece of a pool, and no measure; of large regions most of the time is for the zeros. */
const REGIONS = [
  { id: 'retire-64', name: '64 B', bytes: 64, times: 5000 },
  { id: 'retire-3k', name: '3 KB', bytes: 3 * KB, times: 3000 },
  { id: 'retire-200k', name: '200 KB', bytes: 200 * KB, times: 200 },
  { id: 'retire-3m', name: '3 MB', bytes: 3 * KB * KB, times: 10 },
];

export const retire: Row = {
  id: 'retire',
  title: 'A region of protected memory',
  about:
    'Contexts one after the other, each allocated, wiped and given back: with the addon, which locks it and takes the\n' +
    'lock away again, and without. Beside them a Buffer that is filled with zeros and left to the garbage collector.',
  goals: {
    'retire-64': atMost('locked region of 64 B, begin to end', 'ms', 0.02, 0.2),
    'retire-3k': atMost('locked region of 3 KB, begin to end', 'ms', 0.03, 0.3),
    'retire-200k': atMost('locked region of 200 KB, begin to end', BUFFER, 10, 30),
    'retire-3m': atMost('locked region of 3 MB, begin to end', BUFFER, 4, 12),
  },
  measure: async (bench) => {
    const { on, off } = (await startBoth(bench)) ?? {};
    if (on === undefined || off === undefined) return notMeasured(NO_ADDON);
    return measureEach(REGIONS, async ({ id, name, ...load }) => {
      const ways = {
        'with the addon': () => on.ask('contexts', load),
        without: () => off.ask('contexts', load),
        [BUFFER]: () => off.ask('buffers', load),
      };
      const times = await interleave(bench.scaled(15), ways, (time) => time());
      const locked = times['with the addon'];
      const perSecond = each(times, (ms) => 1000 / ms);
      const figure = retire.goals[id]?.beside === BUFFER ? ratios(locked, times[BUFFER]) : locked;
      return { figures: { [id]: figure }, tables: [compare(`${name}, regions per second`, perSecond)] };
    });
  },
};

const JSON_SIZES = [
  { id: 'serializer-1k', name: '1 KB', bytes: ONE_KB, times: 5000 },
  { id: 'serializer-1m', name: '1 MB', bytes: 1_000_000, times: 20 },
  { id: 'serializer-9.5m', name: '9.5 MB', bytes: 9_500_000, times: 3 },
];

export const serializer: Row = {
  id: 'serializer',
  title: 'JSON of a request',
  about:
    'The serializer writes into protected memory, taken and wiped each time; beside it JSON.stringify and Buffer.from,\n' +
    'which leave copies of the prompt behind.',
  goals: {
    'serializer-1k': atMost('JSON of a request of 1 KB', 'JSON.stringify', 2, 4),
    'serializer-1m': atMost('JSON of a request of 1 MB', 'JSON.stringify', 2, 4),
    'serializer-9.5m': atMost('JSON of a request of 9.5 MB', 'JSON.stringify', 2, 4),
  },
  measure: async ({ workshop, scaled }) => {
    const child = await workshop.start('operations', undefined);
    const ways = { serializeJson: 'serialize', 'JSON.stringify': 'stringify' } as const;
    return measureEach(JSON_SIZES, async ({ id, name, ...load }) => {
      const times = await interleave(scaled(15), ways, (way) => child.ask(way, load));
      return beside(id, `${name}, ms`, times);
    });
  },
};
