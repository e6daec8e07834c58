/** A pair in one line, as ssh-keygen describes keys, and one about its age. Pure. */
import { duration } from '../../io/duration.js';

/** The facts shown. */
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

/** Both lines. */
export function describePair(pair: PairDescription, now: number): string {
  const { path, keySize, fingerprint, isProtected, createdAt, rotatesAt } = pair;
  const protection = isProtected ? 'protected by a password' : 'not protected by a password';
  return [
    `${String(keySize)} ${fingerprint} ${path} (RSA)`,
    `  ${protection}; made ${new Date(createdAt).toISOString()}, ${duration(now - createdAt)} ago; next rotation ${rotation(rotatesAt, now)}`,
  ].join('\n');
}

function rotation(rotatesAt: number | null, now: number): string {
  if (rotatesAt === null) return 'never';
  return rotatesAt > now ? `in ${duration(rotatesAt - now)}` : 'at the next call';
}
