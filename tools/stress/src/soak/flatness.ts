/** Whether a process holds more and more: over the last three quarters of a run, by straight lines. Pure. */
import { megabytes, type Resources } from '../common/resources.js';

/** One look at the process, between calls. */
export interface Sample {
  /** Calls so far. */
  readonly requests: number;
  readonly resources: Resources;
}

/** Growth over the last three quarters that is taken for noise, in bytes. */
const LIMITS = {
  /** Of the whole process: pages that the allocator keeps come and go. */
  rss: 10e6,
  heapUsed: 2e6,
  arrayBuffers: 2e6,
} as const;

const WARM_UP_SHARE = 0.25;

/** Calls from which `rss` is judged: before that, the allocator still asks the system for its pools. */
const RSS_FROM = 20_000;

/** The series that have grown, in sentences; empty when none has. */
export function judgeFlatness(samples: readonly Sample[]): string[] {
  const steady = steadyPart(samples);
  const isLong = (samples.at(-1)?.requests ?? 0) >= RSS_FROM;
  const names = [...(isLong ? (['rss'] as const) : []), 'heapUsed', 'arrayBuffers'] as const;
  const memory = names.flatMap((name) => {
    const growth = growthOf(steady.map(({ requests, resources }) => [requests, resources[name]]));
    return growth > LIMITS[name] ? [`${name} grew by ${megabytes(growth)} over the last three quarters`] : [];
  });
  return [...memory, ...grownHandles(steady)];
}

/** The samples after the warm-up: the last three quarters. */
export function steadyPart(samples: readonly Sample[]): readonly Sample[] {
  return samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
}

/** The rise of the least-squares line from the first point to the last. */
export function growthOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const variance = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const span = (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0);
  return variance === 0 ? 0 : (covariance / variance) * span;
}

/** Kinds of which the last third of the samples shows more than any before. */
function grownHandles(steady: readonly Sample[]): string[] {
  const split = Math.floor((steady.length * 2) / 3);
  const [earlier, later] = [steady.slice(0, split), steady.slice(split)];
  const kinds = new Set(later.flatMap(({ resources }) => Object.keys(resources.handles)));
  const most = (of: readonly Sample[], kind: string): number =>
    Math.max(0, ...of.map(({ resources }) => resources.handles[kind] ?? 0));
  return [...kinds]
    .filter((kind) => most(later, kind) > most(earlier, kind))
    .map((kind) => `${kind}: ${String(most(earlier, kind))} -> ${String(most(later, kind))} handles`);
}
