import { atLeast, atMost, compare, type Row } from '../row.js';
import { differences, ratios } from '../stats.js';
import { callsPerSecond, each, inGenerations, measureEach, wallPerCall } from './kit.js';

const CLIENTS = { gateway: 'gateway', 'nomyo-js': 'ours' } as const;

export const gateway: Row = {
  id: 'gateway',
  title: 'Gateway',
  about:
    'Calls of 1 KB, 16 and 64 at once: through `nomyo gateway`, a process of its own on the same machine, and with the\n' +
    'library in the process of the caller. All of them share the cores with the router. The caller writes HTTP by hand,\n' +
    'so that little of what is measured is its own.',
  goals: {
    'gateway-16': atLeast('calls/s through the gateway, 16 at once', 'nomyo-js', 0.9, 0.4),
    'gateway-more-16': atMost('call beyond the library’s, 16 at once', 'ms', 1.3, 10),
    'gateway-64': atLeast('calls/s through the gateway, 64 at once', 'nomyo-js', 0.9, 0.4),
    'gateway-more-64': atMost('call beyond the library’s, 64 at once', 'ms', 1.3, 10),
  },
  measure: (bench) =>
    measureEach([16, 64], async (concurrency) => {
      const plan = { generations: 4, rounds: 4, warmUpMs: 4000, ms: 2000, concurrency };
      const runs = await inGenerations(bench, CLIENTS, plan);
      const [rates, times] = [each(runs, callsPerSecond), each(runs, wallPerCall)];
      const atOnce = String(concurrency);
      return {
        figures: {
          [`gateway-${atOnce}`]: ratios(rates.gateway, rates['nomyo-js']),
          [`gateway-more-${atOnce}`]: differences(times.gateway, times['nomyo-js']),
        },
        tables: [
          compare(`${atOnce} at once, calls/s`, rates),
          compare(`${atOnce} at once, ms a call`, times),
        ],
      };
    }),
};
