/** Answers go to stdout, everything else to stderr; colours and progress only on a terminal. */
import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import { visible } from './visible.js';

/** A stream that may be a terminal. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** A look that {@link Output.style} knows. */
export type Look = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan';

/** The print settings from the environment and the flags. */
export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Where a command prints. */
export class Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly #out: OutputStream;
  readonly #err: OutputStream;
  readonly #env: OutputOptions['env'];

  constructor(out: OutputStream, err: OutputStream, { json, quiet, env }: OutputOptions) {
    this.#out = out;
    this.#err = err;
    this.json = json;
    this.quiet = quiet;
    this.#env = env;
  }

  /** Reports whether a person reads the answers. */
  get isTerminal(): boolean {
    return this.#out.isTTY === true;
  }

  /** Reports whether a person reads the notes. */
  get hasWatcher(): boolean {
    return this.#err.isTTY === true && !this.quiet;
  }

  /** Reports whether a line may be redrawn for a person who watches. */
  get canDraw(): boolean {
    return this.hasWatcher && this.#env['TERM'] !== 'dumb';
  }

  /** The result of the command. On a terminal its control characters are neutralized; in a pipe it is unchanged. */
  answer(text: string): void {
    this.#out.write(this.isTerminal ? visible(text) : text);
  }

  /** A line of the command's own making. */
  line(text = ''): void {
    this.#out.write(`${text}\n`);
  }

  /** An object for programs: one line of JSON. */
  data(value: unknown): void {
    this.#out.write(`${JSON.stringify(value)}\n`);
  }

  /** A note on stderr; silent with `--quiet`. */
  note(text: string): void {
    if (!this.quiet) this.#err.write(`${text}\n`);
  }

  /** A line on the terminal of stderr that replaces the one before; empty, it clears it. Cut, so that it never wraps. */
  rewrite(text: string, look?: Look): void {
    const columns = this.#err.columns ?? text.length + 1;
    const shown = text.slice(0, Math.max(0, columns - 1));
    // To the first column, and erase to the end of the line (ECMA-48 §8.3.41).
    this.#err.write(`\r\u001b[K${look === undefined ? shown : this.style(look, shown, 'stderr')}`);
  }

  /** An error or a warning, said whatever `--quiet` says. */
  warn(text: string): void {
    this.#err.write(`${text}\n`);
  }

  /** Colour where stdout (or stderr) is a terminal that wants it; see https://no-color.org. */
  style(look: Look, text: string, on: 'stdout' | 'stderr' = 'stdout'): string {
    const stream = on === 'stdout' ? this.#out : this.#err;
    const isPlain = (this.#env['NO_COLOR'] ?? '') !== '' || this.#env['TERM'] === 'dumb';
    return stream.isTTY === true && !isPlain ? styleText(look, text, { validateStream: false }) : text;
  }
}
