/**
 * A queue that any item may leave at any time. A `Set` would do, but it moves to a new table now and then, and V8 does
 * not collect the old table before the old generation. Until then, that table keeps everything it held in memory, with
 * all that those objects refer to: where calls come and go, every call.
 */
export class Line<T extends object> {
  /** A sentinel: comes before the first item and after the last. */
  readonly #end = new Link<T>();
  #size = 0;

  /** The number of items. */
  get size(): number {
    return this.#size;
  }

  /** @returns a function that takes the item out and returns it, or `undefined` if it has already left */
  join(item: T): () => T | undefined {
    const link = new Link<T>();
    link.item = item;
    link.after = this.#end;
    link.before = this.#end.before;
    link.before.after = link.after.before = link;
    this.#size += 1;
    return () => this.#leave(link);
  }

  /** Takes out the item that has waited longest; `undefined` if there is none. */
  shift(): T | undefined {
    return this.#leave(this.#end.after);
  }

  /** Yields the items in order of arrival; none may join or leave meanwhile. */
  *[Symbol.iterator](): Generator<T> {
    for (let link = this.#end.after; link.item !== undefined; link = link.after) yield link.item;
  }

  /** A link that has left refers to nothing: one in the old generation would keep younger objects in memory. */
  #leave(link: Link<T>): T | undefined {
    const { item, before, after } = link;
    if (item === undefined) return undefined;
    before.after = after;
    after.before = before;
    link.before = link.after = link;
    link.item = undefined;
    this.#size -= 1;
    return item;
  }
}

class Link<T> {
  /** `undefined` once it has left. */
  item: T | undefined;
  before: Link<T> = this;
  after: Link<T> = this;
}
