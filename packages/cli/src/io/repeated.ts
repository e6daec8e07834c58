/** For repeated warnings: a full disk causes the same one for every call. */

/** How long the same is not said again, in ms. */
const QUIET_MS = 60_000;

/** Says the first of equal lines at once, and then once a minute how often it was meant. */
export class Repeated {
  readonly #say: (line: string) => void;
  readonly #now: () => number;
  readonly #lines = new Map<string, { since: number; unsaid: number }>();

  /** @param now in ms, of a clock that only goes forward */
  constructor(say: (line: string) => void, now: () => number = () => performance.now()) {
    this.#say = say;
    this.#now = now;
  }

  tell(line: string): void {
    const known = this.#lines.get(line);
    if (known !== undefined && this.#now() - known.since < QUIET_MS) known.unsaid += 1;
    else {
      this.#sayOf(line, known?.unsaid ?? 0);
      this.#lines.set(line, { since: this.#now(), unsaid: 0 });
    }
  }

  /** Says what was not said yet. */
  end(): void {
    for (const [line, { unsaid }] of this.#lines) {
      if (unsaid > 0) this.#sayOf(line, unsaid - 1);
    }
    this.#lines.clear();
  }

  #sayOf(line: string, more: number): void {
    this.#say(more > 0 ? `${line} (and ${String(more)} times before)` : line);
  }
}
