import type { FigureId } from '../goals.js';
import { formatRatio, formatSpread } from '../format.js';
import type { Bar, Figure } from '../result.js';
import type { Row } from '../row.js';
import { ratios, summarize } from '../stats.js';
import { ONE_KB } from '../workshop.js';
import { inGenerations, ratioFigure, runInTurns, spreadOf, throughput as perSecond } from './common.js';

const SETTINGS = {
  full: { generations: 4, rounds: 4, ms: 1000, warmUpMs: 5000, levels: [16, 64] },
  short: { generations: 1, rounds: 4, ms: 400, warmUpMs: 500, levels: [16] },
} as const;

const FIGURES: Readonly<Record<number, FigureId>> = { 16: 'throughput-16', 64: 'throughput-64' };

/** Calls a second of one process. */
export const throughput: Row = {
  id: 'throughput',
  title: 'Throughput of one process',
  about: 'Calls of 1 KB a second, with 16 and 64 under way; the canned router runs in a process of its own.',
  inShort: true,
  measure: async ({ workshop, short }) => {
    const settings = short ? SETTINGS.short : SETTINGS.full;
    const { rounds, ms, levels } = settings;
    const figures: Figure[] = [];
    const rows: string[][] = [];
    const bars: Bar[] = [];
    for (const concurrency of levels) {
      const measured = await inGenerations(workshop, ['ours', 'reference'], settings, (clients) =>
        runInTurns(clients, { concurrency, promptBytes: ONE_KB, ms }, rounds),
      );
      const [ours, reference] = [measured.ours.map(perSecond), measured.reference.map(perSecond)];
      const figure = FIGURES[concurrency];
      if (figure !== undefined) figures.push(ratioFigure(figure, ours, reference));
      rows.push([
        String(concurrency),
        formatSpread(summarize(ours)),
        formatSpread(summarize(reference)),
        formatSpread(summarize(ratios(ours, reference)), formatRatio),
      ]);
      bars.push({ label: `nomyo-js, ${String(concurrency)} at once`, ...spreadOf(summarize(ours)) });
      bars.push({ label: `hand-written, ${String(concurrency)} at once`, ...spreadOf(summarize(reference)) });
    }
    const head = ['calls at once', 'nomyo-js, calls/s', 'hand-written, calls/s', 'ratio'];
    return {
      figures,
      tables: [{ title: 'RSA-4096', head, rows }],
      plots: [
        {
          kind: 'bars',
          name: 'throughput',
          title: 'Calls of 1 KB a second, one process',
          unit: 'calls/s',
          bars,
        },
      ],
      notes: [],
    };
  },
};
