import type { OperationLoad } from '../child/operations.js';
import { readNumber, readText } from '../child/read.js';
import { interleave, mapRecord } from '../interleave.js';
import { atMost, compare, type Row, type Table } from '../row.js';
import { ratios } from '../stats.js';
import { ONE_KB, type Workshop } from '../workshop.js';
import { WITHOUT_ADDON, withAddon } from './addon.js';
import { DEFAULT_KEY_SIZE, order, runInTurns, startClients, wallPerCall } from './common.js';

const ROUNDS = 20;
const LOAD = { concurrency: 1, promptBytes: ONE_KB, ms: 400 } as const;
const WARM_UP_MS = 2000;
const MB = 1_000_000;

const OPERATIONS: Readonly<Record<string, readonly [name: string, OperationLoad]>> = {
  'seal 1 KB': ['seal', { bytes: ONE_KB, times: 300 }],
  'seal 9.5 MB': ['seal', { bytes: 9.5 * MB, times: 3 }],
  'open 1 KB': ['open', { bytes: ONE_KB, times: 40 }],
  'open 9.5 MB': ['open', { bytes: 9.5 * MB, times: 3 }],
};

/** What the addon costs or gives. */
export const native: Row = {
  id: 'native',
  title: 'With nomyo-native',
  about:
    'The same client, and single operations, with the addon and without it; RSA-4096. Up to 1 MiB, an answer that is\n' +
    'opened without the addon is decrypted under a mask, so that Node leaves no copy of it.',
  inShort: false,
  goals: [
    atMost('native', { what: 'time of a call with nomyo-native', beside: 'without', goal: 1.05, band: 1.3 }),
  ],
  measure: async ({ workshop }) => {
    const sides = { on: withAddon(workshop), off: WITHOUT_ADDON };
    const router = await workshop.router();
    const clients = await startClients(
      workshop,
      mapRecord(sides, (side) => order('ours', router, side)),
      WARM_UP_MS,
    );
    const { on, off } = mapRecord(await runInTurns(clients, LOAD, ROUNDS), (all) => all.map(wallPerCall));
    workshop.stopChildren();
    const operations = await measureOperations(workshop, sides);
    if (operations === undefined) {
      return {
        figures: {},
        tables: [],
        skipped: 'nomyo-native is not built here, or could not be left out.',
      };
    }
    return {
      figures: { native: ratios(on, off) },
      tables: [compare('create() of 1 KB, ms', { 'with the addon': on, without: off }), ...operations],
    };
  },
};

async function measureOperations(
  workshop: Workshop,
  sides: Readonly<Record<'on' | 'off', Parameters<Workshop['start']>[1]>>,
): Promise<Table[] | undefined> {
  const args = [await workshop.keyDir(DEFAULT_KEY_SIZE)];
  const on = await workshop.start('./child/operations-main.js', { ...sides.on, args });
  const off = await workshop.start('./child/operations-main.js', { ...sides.off, args });
  const methods = await Promise.all([on, off].map((child) => child.ask('protection', null, readText)));
  if (methods[0] !== 'mlock' || methods[1] === 'mlock') return undefined;
  const tables: Table[] = [];
  for (const [what, [name, load]] of Object.entries(OPERATIONS)) {
    const measured = await interleave(
      { on: () => on.ask(name, load, readNumber), off: () => off.ask(name, load, readNumber) },
      ROUNDS / 2,
    );
    tables.push(compare(`${what}, ms`, { 'with the addon': measured.on, without: measured.off }));
  }
  return tables;
}
