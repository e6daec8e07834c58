/** Tolerated difference between clocks, in ms: a pair dated less than this into the future simply counts as new. */
const CLOCK_SKEW_MS = 300_000;

/**
 * The creation time of a stored pair, as far as it is credible. A date in the future would make the pair new again at
 * every start, so in that case the modification time of its file is used.
 *
 * @param createdAt Unix time in ms that the pair states
 * @param modifiedAt Unix time in ms at which its file was modified, if there is a file
 * @param now Unix time in ms
 * @returns `undefined` when both are in the future, so that nothing is known
 */
export function believedCreation(
  createdAt: number,
  modifiedAt: number | undefined,
  now: number,
): number | undefined {
  const latest = now + CLOCK_SKEW_MS;
  return [createdAt, modifiedAt].find((time) => time !== undefined && time <= latest);
}
