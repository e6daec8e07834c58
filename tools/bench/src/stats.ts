/** Order statistics. Medians and quartiles only: a mean follows the one sample that the machine disturbed. */

/** Many samples of one quantity: their number, quartiles and median. */
export interface Summary {
  readonly n: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
}

/**
 * The value below which the part `p` of the samples lies, interpolated between neighbours (Hyndman and Fan, type 7).
 *
 * @throws {RangeError} when there are no samples
 */
export function quantile(samples: readonly number[], p: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const position = p * (sorted.length - 1);
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) throw new RangeError('there are no samples');
  return below + (above - below) * (position - Math.floor(position));
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

export function summarize(samples: readonly number[]): Summary {
  const [q1, q3] = [quantile(samples, 0.25), quantile(samples, 0.75)];
  return { n: samples.length, q1, median: median(samples), q3 };
}

/** The ratio of each round: what disturbs the machine for longer than a round disturbs both variants. */
export function ratios(ours: readonly number[], beside: readonly number[]): number[] {
  return inPairs(ours, beside, (a, b) => a / b);
}

/** The difference of each round. */
export function differences(ours: readonly number[], beside: readonly number[]): number[] {
  return inPairs(ours, beside, (a, b) => a - b);
}

/** @throws {RangeError} when the two do not have as many rounds */
export function inPairs(
  ours: readonly number[],
  beside: readonly number[],
  of: (a: number, b: number) => number,
): number[] {
  if (ours.length !== beside.length) throw new RangeError('two variants have different numbers of rounds');
  return ours.map((value, round) => of(value, beside[round] ?? Number.NaN));
}
