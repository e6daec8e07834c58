/** When KEM keys become active, expire and are destroyed (SPEC §4.4). Pure; all times in Unix seconds. */

/** The life of one key. */
export interface KeyLife {
  readonly activeFrom: number;
  readonly activeUntil: number;
}

/** SPEC §2: SHOULD be 3600 s. */
const LIFE_SECONDS = 3_600;

/** SPEC §4.4: the next key becomes active a quarter of a lifetime before the last one expires. */
const OVERLAP_SECONDS = LIFE_SECONDS / 4;

/** How long before activation the next key is published: clients refresh with a quarter of a document's life left. */
const AHEAD_SECONDS = LIFE_SECONDS / 4;

/** SPEC §1: the window in which an expired key is still accepted. */
const WINDOW_SECONDS = 120;

/** After this moment the private key must no longer exist. */
export function destroyedAt({ activeUntil }: KeyLife): number {
  return activeUntil + WINDOW_SECONDS;
}

/**
 * The lifetime of the key to make now, or `undefined` if there are enough.
 *
 * @param lives of the keys that exist, in any order
 */
export function nextLife(lives: readonly KeyLife[], now: number): KeyLife | undefined {
  const last = lives.reduce<KeyLife | undefined>(
    (latest, life) => (latest === undefined || life.activeUntil > latest.activeUntil ? life : latest),
    undefined,
  );
  if (last === undefined || last.activeUntil <= now) return lifeFrom(now);
  const next = lifeFrom(last.activeUntil - OVERLAP_SECONDS);
  return next.activeFrom - AHEAD_SECONDS <= now ? next : undefined;
}

function lifeFrom(activeFrom: number): KeyLife {
  return { activeFrom, activeUntil: activeFrom + LIFE_SECONDS };
}

/**
 * When a document with these keys expires: at most an hour from now, and no later than its last key or the
 * delegation.
 */
export function documentEnd(lives: readonly KeyLife[], now: number, delegationEnd: number): number {
  const lastEnd = lives.reduce((latest, { activeUntil }) => Math.max(latest, activeUntil), 0);
  return Math.min(now + LIFE_SECONDS, lastEnd, delegationEnd);
}

/** Seconds until the plan changes: a key to make, or to destroy. */
export function secondsToNextStep(lives: readonly KeyLife[], now: number): number {
  const steps = lives.flatMap((life) => [
    destroyedAt(life),
    life.activeUntil - OVERLAP_SECONDS - AHEAD_SECONDS,
  ]);
  const ahead = steps.map((step) => step - now).filter((seconds) => seconds > 0);
  return ahead.length === 0 ? 1 : Math.min(...ahead);
}
