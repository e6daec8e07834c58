import { atLeast, atMost, compare, type Measurement, type Row } from '../row.js';
import { ratios } from '../stats.js';
import { ONE_KB } from '../workshop.js';
import { inGenerations, throughput, wallPerCall } from './common.js';

const SETTINGS = {
  full: { generations: 4, rounds: 4, ms: 2000, warmUpMs: 4000 },
  short: { generations: 1, rounds: 2, ms: 800, warmUpMs: 1000 },
} as const;

const KINDS = { gateway: 'gateway', relay: 'bare relay', ours: 'ours' } as const;

const RELAY = 'bare relay';

/** What it costs to reach the library through a server on the same machine. */
export const gateway: Row = {
  id: 'gateway',
  title: 'Gateway',
  about:
    'Calls of 1 KB, 16 and 64 at once: through `nomyo gateway`, a process of its own on the same machine, and with the\n' +
    'library in the process of the caller. All of them share the cores with the router. The bare relay is node:http and\n' +
    'nothing else in front of create(), without a token, limits, metrics or a second protocol: what a call through another\n' +
    'process costs at the least. The caller of both writes HTTP by hand, so that little of what is measured is its own.',
  inShort: false,
  goals: [16, 64].flatMap((atOnce) => [
    atLeast(`gateway-${String(atOnce)}`, {
      what: `calls/s through the gateway, ${String(atOnce)} at once`,
      beside: 'nomyo-js',
      goal: 0.9,
      band: 0.4,
    }),
    atMost(`gateway-more-${String(atOnce)}`, {
      what: `call beyond the library’s, ${String(atOnce)} at once`,
      beside: 'ms',
      goal: 1.3,
      band: 10,
    }),
  ]),
  measure: async ({ workshop, short }) => {
    const settings = short ? SETTINGS.short : SETTINGS.full;
    const measured = async (concurrency: number): Promise<Measurement> => {
      const load = { concurrency, promptBytes: ONE_KB, ms: settings.ms };
      const runs = await inGenerations(workshop, KINDS, settings, load);
      const [through, within] = [runs.gateway.map(throughput), runs.ours.map(throughput)];
      const more = runs.gateway.map((run, i) => wallPerCall(run) - wallPerCall(runs.ours[i] ?? run));
      return {
        figures: {
          [`gateway-${String(concurrency)}`]: ratios(through, within),
          [`gateway-more-${String(concurrency)}`]: more,
        },
        tables: [
          compare(`${String(concurrency)} at once, calls/s`, {
            gateway: through,
            [RELAY]: runs.relay.map(throughput),
            'nomyo-js': within,
          }),
          compare(`${String(concurrency)} at once, ms a call`, {
            gateway: runs.gateway.map(wallPerCall),
            [RELAY]: runs.relay.map(wallPerCall),
            'nomyo-js': runs.ours.map(wallPerCall),
          }),
        ],
      };
    };
    const [few, many] = [await measured(16), await measured(64)];
    return { figures: { ...few.figures, ...many.figures }, tables: [...few.tables, ...many.tables] };
  },
};
