/** Reads messages from a terminal or a pipe: lines, several lines with a backslash between them, and Ctrl-C. */
import { createInterface, type Interface } from 'node:readline';

/** Remembered in memory for the arrow keys; readline writes no file. */
const HISTORY_LINES = 200;

const PROMPT = '> ';
const CONTINUATION = '… ';

/** What the editor tells. */
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
  }

  /** Whether a person types. */
  get isTerminal(): boolean {
    return process.stdin.isTTY && process.stdout.isTTY;
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
    const goesOn = line.endsWith('\\');
    this.#pending.push(goesOn ? line.slice(0, -1) : line);
    if (goesOn) {
      this.#lines.setPrompt(this.#lines.getPrompt() === '' ? '' : CONTINUATION);
      this.#lines.prompt();
      return;
    }
    const message = this.#pending.join('\n');
    this.#reset();
    if (this.#waiting === undefined) this.#queue.push(message);
    else this.#answer(message);
  }

  /** Ends an answer, or clears what was typed so far. */
  #interrupt(): void {
    if (this.#waiting === undefined) {
      this.#events.onInterrupt();
      return;
    }
    const isTyping = this.#lines.line !== '' || this.#pending.length > 0;
    this.#lines.write(null, { ctrl: true, name: 'e' });
    this.#lines.write(null, { ctrl: true, name: 'u' });
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
