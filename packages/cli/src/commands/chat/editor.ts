/** Reads messages from a terminal or a pipe: lines, several lines with a backslash between them, and Ctrl-C. */
import { createInterface, type Interface, type Key } from 'node:readline';

/** Remembered in memory for the arrow keys; readline writes no file. */
const HISTORY_LINES = 200;

const PROMPT = '> ';
const CONTINUATION = '… ';

/** Asks the terminal to put marks around what is pasted (xterm control sequences, "Bracketed Paste Mode"). */
const PASTE_MARKS = { on: '\u001b[?2004h', off: '\u001b[?2004l' } as const;

/** The editor's events. */
export interface EditorEvents {
  /** Ctrl-C while an answer is waited for. */
  readonly onInterrupt: () => void;
  /** Ctrl-C at an empty prompt: what may be said before the prompt comes again. */
  readonly onIdle: () => void;
}

/** One message at a time. */
export class Editor {
  readonly #lines: Interface;
  readonly #events: EditorEvents;
  readonly #queue: string[] = [];
  #pending: string[] = [];
  #waiting: ((message: string | undefined) => void) | undefined;
  #isClosed = false;
  #isPasting = false;

  constructor(events: EditorEvents) {
    this.#events = events;
    const { isTerminal } = this;
    this.#lines = createInterface({
      input: process.stdin,
      output: process.stdout,
      terminal: isTerminal,
      historySize: HISTORY_LINES,
      prompt: isTerminal ? PROMPT : '',
    });
    this.#lines.on('line', (line) => this.#take(line));
    this.#lines.on('SIGINT', () => this.#interrupt());
    this.#lines.on('close', () => this.#close());
    if (this.#knowsPastes) this.#hearPastes();
  }

  /** Reports whether a person types. */
  get isTerminal(): boolean {
    return process.stdin.isTTY && process.stdout.isTTY;
  }

  get #knowsPastes(): boolean {
    return this.isTerminal && process.env['TERM'] !== 'dumb';
  }

  /** Resolves with the next message, or `undefined` at the end of input. */
  next(): Promise<string | undefined> {
    const message = this.#queue.shift();
    if (message !== undefined) return Promise.resolve(message);
    if (this.#isClosed) return Promise.resolve(undefined);
    this.#lines.prompt();
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  close(): void {
    this.#lines.close();
  }

  #take(line: string): void {
    const isContinued = !this.#isPasting && line.endsWith('\\');
    this.#pending.push(isContinued ? line.slice(0, -1) : line);
    if (isContinued || this.#isPasting) {
      this.#lines.setPrompt(this.#lines.getPrompt() === '' ? '' : CONTINUATION);
      this.#lines.prompt();
      return;
    }
    const message = this.#pending.join('\n');
    this.#reset();
    if (this.#waiting === undefined) this.#queue.push(message);
    else this.#answer(message);
  }

  /** Several pasted lines are one message, which Enter sends. */
  #hearPastes(): void {
    process.stdout.write(PASTE_MARKS.on);
    process.stdin.on('keypress', (_text: unknown, key: Key | undefined) => {
      if (key?.name === 'paste-start') this.#isPasting = true;
      if (key?.name === 'paste-end') this.#isPasting = false;
    });
  }

  /** Ends an answer, and forgets what was typed ahead; or clears what was typed so far. */
  #interrupt(): void {
    if (this.#waiting === undefined) {
      this.#queue.length = 0;
      this.#events.onInterrupt();
      return;
    }
    const isTyping = this.#lines.line !== '' || this.#pending.length > 0;
    this.#lines.write(null, { ctrl: true, name: 'e' });
    this.#lines.write(null, { ctrl: true, name: 'u' });
    // With TERM=dumb readline knows neither key.
    Object.assign(this.#lines, { line: '', cursor: 0 });
    this.#reset();
    process.stdout.write('\n');
    if (!isTyping) this.#events.onIdle();
    this.#lines.prompt();
  }

  #reset(): void {
    this.#pending = [];
    this.#lines.setPrompt(this.#lines.getPrompt() === '' ? '' : PROMPT);
  }

  /** A message that ends with the input, and not with a line end, was meant all the same. */
  #close(): void {
    this.#isClosed = true;
    if (this.#knowsPastes) process.stdout.write(PASTE_MARKS.off);
    const rest = this.#pending.join('\n');
    this.#pending = [];
    if (rest.trim() !== '' && this.#waiting === undefined) this.#queue.push(rest);
    this.#answer(rest.trim() === '' ? undefined : rest);
  }

  #answer(message: string | undefined): void {
    const resolve = this.#waiting;
    this.#waiting = undefined;
    resolve?.(message);
  }
}
