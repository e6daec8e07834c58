/** The results of a run against the gateway, as lines and as a verdict. Pure. */
import { megabytes } from '../common/resources.js';
import { growthOf } from '../soak/flatness.js';
import type { GatewayReport } from './run.js';

/** Growth of the whole process over the last three quarters of a run that is taken for noise, in bytes. */
const RSS_LIMIT = 40e6;

/** Calls from which memory is judged: before that, V8 and the allocator still ask the system for their pools. */
const RSS_FROM = 5_000;

/** Sockets that keep-alive holds open a little longer than their calls. */
const DESCRIPTORS_LIMIT = 16;

export function describeGateway({ ends, faults, samples, exitCode }: GatewayReport): string {
  const { answered, failed, gone, wrong } = ends;
  return [
    `${String(answered)} answered, ${String(failed)} failed after ${String(faults)} faults, ${String(gone)} went away, ${String(wrong)} wrong`,
    `rss over the last three quarters, by the line of least squares: ${megabytes(growth(samples))}`,
    `SIGTERM ended the gateway with ${String(exitCode)}`,
  ].join('\n');
}

/** The faults found, in sentences; empty when there are none. */
export function judgeGateway({ ends, faults, reactions, samples, stuck, exitCode }: GatewayReport): string[] {
  const calls = Object.values(ends).reduce((sum, count) => sum + count, 0);
  const descriptors = samples.map((sample) => sample.descriptors);
  const more = (descriptors.at(-1) ?? 0) - Math.max(...descriptors.slice(0, descriptors.length / 2));
  return [
    ...(ends.wrong > 0
      ? [`${String(ends.wrong)} calls got what was not theirs, or nothing that is an answer`]
      : []),
    ...(ends.answered === 0 ? ['no call was answered'] : []),
    ...(ends.failed > faults
      ? [`${String(ends.failed)} calls failed, and only ${String(faults)} faults were injected`]
      : []),
    ...reactions.map((reaction) => `a hostile request was answered with ${reaction}`),
    ...(stuck === 0 ? [] : [`${String(stuck)} calls are under way when none is`]),
    ...(more > DESCRIPTORS_LIMIT ? [`descriptors: ${String(more)} more than in the first half`] : []),
    ...(calls >= RSS_FROM && growth(samples) > RSS_LIMIT
      ? [`rss grew by ${megabytes(growth(samples))}`]
      : []),
    ...(exitCode === 0 ? [] : [`SIGTERM ended the gateway with ${String(exitCode)}`]),
  ];
}

const growth = (samples: GatewayReport['samples']): number =>
  growthOf(samples.slice(Math.floor(samples.length / 4)).map(({ rss }, index) => [index, rss]));
