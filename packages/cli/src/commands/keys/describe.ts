/** A pair in one line, as ssh-keygen describes keys, and one about its age. Pure. */

/** What is told. */
export interface PairDescription {
  readonly path: string;
  /** In bits. */
  readonly keySize: number;
  readonly fingerprint: string;
  readonly isProtected: boolean;
  /** Unix ms. */
  readonly createdAt: number;
  /** Unix ms; `null`: never. */
  readonly rotatesAt: number | null;
}

export function describePair(pair: PairDescription, now: number): string {
  const { path, keySize, fingerprint, isProtected, createdAt, rotatesAt } = pair;
  const protection = isProtected ? 'protected by a password' : 'not protected by a password';
  return [
    `${String(keySize)} ${fingerprint} ${path} (RSA)`,
    `  ${protection}; made ${new Date(createdAt).toISOString()}, ${age(now - createdAt)} ago; next rotation ${rotation(rotatesAt, now)}`,
  ].join('\n');
}

function rotation(rotatesAt: number | null, now: number): string {
  if (rotatesAt === null) return 'never';
  return rotatesAt > now ? `in ${age(rotatesAt - now)}` : 'with the next call';
}

const UNITS: readonly (readonly [ms: number, name: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** In the largest unit that fits and the next one below it, rounded down: `23 h 59 min`, `2 d`, `5 s`. */
export function age(ms: number): string {
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
