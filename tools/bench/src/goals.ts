/** What the SDK wants to reach, and how far off a noisy machine may show it: every figure with a goal, once. */
import type { Summary } from './stats.js';

/** The identity of a figure that has a goal. */
export type FigureId =
  | 'cpu-1k'
  | 'throughput-16'
  | 'throughput-64'
  | 'batch'
  | 'latency-p50'
  | 'latency-p99'
  | 'requests-per-call'
  | 'connections-after-first'
  | 'loop-calls'
  | 'loop-keygen'
  | 'time-1m'
  | 'time-9.5m'
  | 'time-answer-50m'
  | 'memory-1m'
  | 'memory-9.5m'
  | 'memory-answer-50m'
  | 'rotation-p99'
  | 'start'
  | 'import'
  | 'install'
  | 'bundle'
  | 'rss'
  | 'native'
  | 'serializer-1k'
  | 'serializer-1m'
  | 'serializer-9.5m';

/** A goal, and the band that the short mode allows around it. */
export interface Goal {
  readonly figure: FigureId;
  /** What is measured. */
  readonly what: string;
  /** What it is divided by, or its unit. */
  readonly beside: string;
  readonly relation: 'at most' | 'at least';
  readonly goal: number;
  /** The short mode fails beyond this: far enough from the goal that noise is no explanation. */
  readonly band: number;
}

const LIMIT = 'hand-written client';

const atMost = (figure: FigureId, what: string, beside: string, goal: number, band: number): Goal => ({
  figure,
  what,
  beside,
  relation: 'at most',
  goal,
  band,
});

const atLeast = (figure: FigureId, what: string, beside: string, goal: number, band: number): Goal => ({
  ...atMost(figure, what, beside, goal, band),
  relation: 'at least',
});

/** In the order of the report. */
export const GOALS: readonly Goal[] = [
  atMost('cpu-1k', 'CPU of the client per create() of 1 KB', LIMIT, 1.05, 1.5),
  atLeast('throughput-16', 'throughput, 16 calls at once', LIMIT, 0.97, 0.5),
  atLeast('throughput-64', 'throughput, 64 calls at once', LIMIT, 0.97, 0.6),
  atLeast('batch', 'nomyo batch: lines a second, 16 at once', 'nomyo-js', 0.95, 0.5),
  atMost('latency-p50', 'latency beyond the network, p50, one call after the other', LIMIT, 1.05, 1.3),
  atMost('latency-p99', 'latency beyond the network, p99', LIMIT, 1.2, 2),
  atMost('requests-per-call', 'requests per call, after the first', 'count', 1, 1),
  atMost('connections-after-first', 'new connections per call, after the first', 'count', 0, 0),
  atMost('loop-calls', 'longest block of the event loop, 64 calls at once', 'ms', 10, 150),
  atMost('loop-keygen', 'longest block of the event loop, making an RSA-4096 key pair', 'ms', 10, 150),
  atMost('time-1m', 'prompt of 1 MB: time', LIMIT, 1.1, 2),
  atMost('time-9.5m', 'prompt of 9.5 MB: time', LIMIT, 1.1, 2),
  atMost('time-answer-50m', 'answer of 50 MB: time', LIMIT, 1.1, 1.5),
  atMost('memory-1m', 'prompt of 1 MB: peak memory beyond the caller’s objects', 'sealed body', 2.5, 6),
  atMost('memory-9.5m', 'prompt of 9.5 MB: the same', 'sealed body', 2.5, 4),
  atMost('memory-answer-50m', 'answer of 50 MB: the same', 'sealed body', 2.5, 4),
  atMost('rotation-p99', 'p99 of calls while key pairs rotate', 'without rotation', 1.2, 2),
  atMost('start', 'process start to first answer, stored keys', LIMIT, 1.15, 2.2),
  atMost('import', 'time to import the package', 'openai', 1, 1.5),
  atMost('install', 'installed size', 'openai', 1, 1),
  atMost('bundle', 'browser bundle, minified and compressed', 'openai', 1, 1.3),
  atMost('rss', 'RSS after 100,000 calls', 'RSS after 1,000', 1.05, 1.6),
  atMost('native', 'time per call with nomyo-native', 'without', 1.05, 1.3),
  atMost('serializer-1k', 'JSON of a request of 1 KB into protected memory', 'JSON.stringify', 2, 4),
  atMost('serializer-1m', 'the same, 1 MB', 'JSON.stringify', 2, 4),
  atMost('serializer-9.5m', 'the same, 9.5 MB', 'JSON.stringify', 2, 4),
];

/** How a measured figure stands. */
export type Verdict = 'met' | 'missed' | 'out of band';

/** Judges the median. */
export function judge(goal: Goal, { median }: Summary): Verdict {
  if (holds(goal, median, goal.goal)) return 'met';
  return holds(goal, median, goal.band) ? 'missed' : 'out of band';
}

function holds({ relation }: Goal, value: number, bound: number): boolean {
  return relation === 'at most' ? value <= bound : value >= bound;
}

/** @throws {RangeError} when no goal has that figure */
export function goalOf(figure: FigureId): Goal {
  const goal = GOALS.find((candidate) => candidate.figure === figure);
  if (goal === undefined) throw new RangeError(`no goal has the figure ${figure}`);
  return goal;
}
