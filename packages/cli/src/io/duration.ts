/** A time as people read it. Pure. */

const UNITS: readonly (readonly [ms: number, name: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** In the largest unit that fits and the next one below it, rounded down: `23 h 59 min`, `2 d`, `5 s`. */
export function duration(ms: number): string {
  const first = UNITS.findIndex(([length]) => ms >= length);
  if (first === -1) return '0 s';
  let rest = ms;
  const parts = UNITS.slice(first, first + 2).map(([length, name]) => {
    const count = Math.floor(rest / length);
    rest %= length;
    return count === 0 ? '' : `${String(count)} ${name}`;
  });
  return parts.filter((part) => part !== '').join(' ');
}

/** The same of a time that is still to come: rounded up, so that it is never told too short. @param seconds */
export const durationLeft = (seconds: number): string => duration(Math.ceil(seconds) * 1_000);
