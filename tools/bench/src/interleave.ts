/** Runs variants in turns, so that whatever disturbs the machine disturbs all of them. */

/** Variants by their names. */
export type Variants = Readonly<Record<string, unknown>>;

/** The results of each variant, round by round. */
export type Rounds<K extends PropertyKey, T> = Readonly<Record<K, readonly T[]>>;

/** A B C, C B A, A B C, …: no variant always comes first, and drift within a round cancels out over two. */
export async function interleave<V extends Variants, T>(
  rounds: number,
  variants: V,
  measure: (variant: V[keyof V], name: keyof V) => Promise<T>,
): Promise<Rounds<keyof V, T>> {
  const results = mapRecord(variants, (): T[] => []);
  const names = namesOf(variants);
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      results[name].push(await measure(variants[name], name));
    }
  }
  return results;
}

/** A record of the same names with other values. */
export function mapRecord<V extends Variants, T>(
  record: V,
  of: (value: V[keyof V], name: keyof V) => T,
): Record<keyof V, T> {
  return renewed(
    record,
    namesOf(record).map((name) => of(record[name], name)),
  );
}

/** The same, one after the other. */
export async function mapInTurn<V extends Variants, T>(
  record: V,
  of: (value: V[keyof V]) => Promise<T>,
): Promise<Record<keyof V, T>> {
  return renewed(record, await inTurn(namesOf(record), (name) => of(record[name])));
}

/** The results of `of` for each item, one after the other. */
export async function inTurn<A, B>(items: readonly A[], of: (item: A) => Promise<B>): Promise<B[]> {
  const made: B[] = [];
  for (const item of items) made.push(await of(item));
  return made;
}

function namesOf<V extends Variants>(record: V): readonly (keyof V & string)[] {
  return Object.keys(record).filter((name): name is keyof V & string => Object.hasOwn(record, name));
}

/** One value for each name: the library's type of `fromEntries` forgets which names there are. */
function renewed<V extends Variants, T>(record: V, values: readonly T[]): Record<keyof V, T>;
function renewed(record: Variants, values: readonly unknown[]): Variants {
  return Object.fromEntries(Object.keys(record).map((name, i) => [name, values[i]]));
}
