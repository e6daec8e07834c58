/** Runs variants in turns, so that whatever disturbs the machine disturbs all of them. */

/** Measures a variant once. */
export type Measure<T> = () => Promise<T>;

/** What each variant gave, round by round. */
export type Rounds<K extends string, T> = Readonly<Record<K, readonly T[]>>;

/**
 * A B C, C B A, A B C, …: nobody always comes first, and drift within a round cancels out over two.
 *
 * @param rounds how often each variant is measured
 */
export async function interleave<K extends string, T>(
  variants: Readonly<Record<K, Measure<T>>>,
  rounds: number,
): Promise<Rounds<K, T>> {
  const names = namesOf(variants);
  const results = new Map<K, T[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      results.get(name)?.push(await variants[name]());
    }
  }
  return recordOf(names, (name) => results.get(name) ?? []);
}

/** The names of a record, as its type has them. */
export function namesOf<K extends string>(record: Readonly<Record<K, unknown>>): readonly K[] {
  const isName = (name: string): name is K => Object.hasOwn(record, name);
  return Object.keys(record).filter(isName);
}

/** A record of what `of` gives for each name. */
export function recordOf<K extends string, T>(
  names: readonly K[],
  of: (name: K) => T,
): Readonly<Record<K, T>> {
  const record: Partial<Record<K, T>> = {};
  for (const name of names) record[name] = of(name);
  return complete(record, names);
}

function complete<K extends string, T>(record: Partial<Record<K, T>>, names: readonly K[]): Record<K, T> {
  const isComplete = (partial: Partial<Record<K, T>>): partial is Record<K, T> =>
    names.every((name) => Object.hasOwn(partial, name));
  if (!isComplete(record)) throw new TypeError('a record lacks a name');
  return record;
}
