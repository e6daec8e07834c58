/** How far clocks may be apart, in ms: a pair from less than this into the future is simply new. */
const CLOCK_SKEW_MS = 300_000;

/**
 * When a stored pair was made, as far as it can be believed. A date in the future would make the pair new again at every
 * start, so then the time of change of its file counts.
 *
 * @param createdAt Unix time in ms, as the pair says
 * @param modifiedAt Unix time in ms at which its file was changed, where there is one
 * @param now Unix time in ms
 * @returns `undefined` when both are in the future: nothing is known
 */
export function believedCreation(
  createdAt: number,
  modifiedAt: number | undefined,
  now: number,
): number | undefined {
  const latest = now + CLOCK_SKEW_MS;
  return [createdAt, modifiedAt].find((time) => time !== undefined && time <= latest);
}
