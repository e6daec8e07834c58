/** Runs variants in turns, so that whatever disturbs the machine disturbs all of them. */

/** The results of each variant, round by round. */
export type Rounds<K extends string, T> = Readonly<Record<K, readonly T[]>>;

/**
 * A B C, C B A, A B C, …: no variant always comes first, and drift within a round cancels out over two.
 *
 * @param rounds how often each variant is measured
 */
export async function interleave<K extends string, T>(
  variants: Readonly<Record<K, () => Promise<T>>>,
  rounds: number,
): Promise<Rounds<K, T>> {
  const results = mapRecord(variants, (): T[] => []);
  const names = namesOf(variants);
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      results[name].push(await variants[name]());
    }
  }
  return results;
}

/** The names of a record, as its type has them. */
export function namesOf<K extends string>(record: Readonly<Record<K, unknown>>): readonly K[] {
  const isName = (name: string): name is K => Object.hasOwn(record, name);
  return Object.keys(record).filter(isName);
}

/** A record of the same names with other values. */
export function mapRecord<K extends string, A, B>(
  record: Readonly<Record<K, A>>,
  of: (value: A, name: K) => B,
): Record<K, B> {
  const made: Partial<Record<K, B>> = {};
  for (const name of namesOf(record)) made[name] = of(record[name], name);
  return complete(made, record);
}

/** The results of `of` for each item, one after the other. */
export async function inTurn<A, B>(items: readonly A[], of: (item: A) => Promise<B>): Promise<B[]> {
  const made: B[] = [];
  for (const item of items) made.push(await of(item));
  return made;
}

/** The same, of the members of a record. */
export async function mapInTurn<K extends string, A, B>(
  record: Readonly<Record<K, A>>,
  of: (value: A) => Promise<B>,
): Promise<Record<K, B>> {
  const made: Partial<Record<K, B>> = {};
  for (const name of namesOf(record)) made[name] = await of(record[name]);
  return complete(made, record);
}

function complete<K extends string, B>(
  made: Partial<Record<K, B>>,
  record: Readonly<Record<K, unknown>>,
): Record<K, B> {
  const isComplete = (some: Partial<Record<K, B>>): some is Record<K, B> =>
    namesOf(record).every((name) => Object.hasOwn(some, name));
  if (!isComplete(made)) throw new TypeError('a record lacks a name');
  return made;
}
