/**
 * Things in the order in which they came, any of which may leave at any time. A `Set` does the same, but from time to
 * time it moves into a new table. V8 looks at the old one no more until it collects the old generation, and up to then
 * everything that was in it stays in memory, with all that it refers to: where calls come and go, that is every call.
 */
export class Line<T extends object> {
  /** Stands before the first and behind the last. */
  readonly #end = new Link<T>();

  /** @returns takes the item out, unless it has left */
  join(item: T): () => T | undefined {
    const link = new Link<T>();
    link.item = item;
    link.after = this.#end;
    link.before = this.#end.before;
    link.before.after = link.after.before = link;
    return () => leave(link);
  }

  /** Takes out the one that came first. */
  shift(): T | undefined {
    return leave(this.#end.after);
  }
}

class Link<T> {
  /** `undefined` once it has left. */
  item: T | undefined;
  before: Link<T> = this;
  after: Link<T> = this;
}

/** A link that has left refers to nothing: it may be old, and would hold on to what is young. */
function leave<T>(link: Link<T>): T | undefined {
  const { item, before, after } = link;
  before.after = after;
  after.before = before;
  link.before = link.after = link;
  link.item = undefined;
  return item;
}
