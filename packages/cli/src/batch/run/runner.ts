/** Sends the lines that are open, so many at a time, and writes down what becomes of each. */
import { UsageError } from '../../exit/codes.js';
import { readInput } from '../input/read-input.js';
import type { CheckedInput } from '../input/check.js';
import { parseRequest, type BatchRequest } from '../input/request.js';
import { tokenBound } from '../input/tokens.js';
import type { Journal } from '../journal/journal.js';
import { STATE, type Ledger } from '../journal/ledger.js';
import { resultLine, type Outcome } from '../output/result.js';
import type { Publisher } from '../output/publisher.js';
import type { Budget } from './budget.js';
import { Gate } from './gate.js';
import type { Send } from './send.js';
import { verdictOf } from './verdict.js';

/** The dependencies of a run. */
export interface RunParts {
  readonly input: CheckedInput;
  readonly defaultModel: string | undefined;
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly publisher: Publisher;
  readonly concurrency: number;
  readonly atMostOnce: boolean;
  readonly maxRetries: number;
  readonly budget: Budget | undefined;
  readonly send: Send;
  /** The output's line as it is kept: itself, or sealed. */
  readonly keep: (line: string) => Promise<Uint8Array>;
  /** Told when the journal has a line's outcome. */
  readonly onWritten: (index: number) => void;
  /** Aborted when no more lines are to be sent; those under way end. */
  readonly stop: AbortSignal;
}

/** Why a run ended: every line has its outcome, or not yet. */
export type RunEnd =
  { readonly kind: 'complete' | 'budget' | 'stopped' } | { readonly kind: 'failed'; readonly error: unknown };

interface Item {
  readonly index: number;
  readonly request: BatchRequest;
}

/** @throws what the disk says, when the journal or an output cannot be written */
export async function runLines(parts: RunParts): Promise<RunEnd> {
  const run = new Run(parts);
  await Promise.all(Array.from({ length: parts.concurrency }, () => run.work()));
  await run.close();
  if (run.brokenBy !== undefined) throw run.brokenBy.error;
  return run.end ?? { kind: 'complete' };
}

class Run {
  end: RunEnd | undefined;
  /** The disk, or the input: nothing can be written down any more. */
  brokenBy: { readonly error: unknown } | undefined;
  readonly #parts: RunParts;
  readonly #items: AsyncGenerator<Item, undefined>;
  readonly #gate = new Gate();
  readonly #ending = new AbortController();
  readonly #waiting = new Set<() => void>();
  #lastGood = performance.now();
  #publishing: Promise<void> | undefined;

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#items = openItems(parts);
    const { stop } = parts;
    const onStop = (): void => this.#finish({ kind: 'stopped' });
    if (stop.aborted) onStop();
    else stop.addEventListener('abort', onStop, { once: true });
  }

  /** One of several that share the lines. */
  async work(): Promise<void> {
    try {
      while (this.end === undefined) {
        const next = await this.#items.next();
        if (next.done === true) return;
        if (await this.#mayGo(next.value)) await this.#send(next.value);
      }
    } catch (error) {
      this.#break(error);
    }
  }

  /** Lets go of the input, when everything is written. */
  async close(): Promise<void> {
    await this.#publishing;
    await this.#items.return(undefined);
  }

  #finish(end: RunEnd): void {
    this.end ??= end;
    this.#ending.abort();
    this.#wake();
  }

  async #mayGo({ index, request }: Item): Promise<boolean> {
    const { budget } = this.#parts;
    if (budget === undefined) return this.#isOpen();
    const bound = tokenBound(request, Buffer.byteLength(JSON.stringify(request.body)));
    for (;;) {
      if (!this.#isOpen()) return false;
      const admission = budget.ask(index, bound);
      if (admission === 'go') return true;
      if (admission === 'stop') this.#finish({ kind: 'budget' });
      else await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #isOpen(): boolean {
    return this.end === undefined;
  }

  async #send(item: Item): Promise<void> {
    const { index, request } = item;
    const wasSent = this.#parts.ledger.stateOf(index) === STATE.sent;
    const mark = (): Promise<void> => this.#mark(index);
    for (let waits = 0; await this.#passGate(); waits += 1) {
      const called = await this.#parts.send({ index, request, wasSent: wasSent && waits === 0, mark });
      if (called.kind === 'left') return;
      const { outcome, error } = called;
      if (outcome.ok) this.#lastGood = performance.now();
      if (outcome.ok || !this.#isPutOff(index, error, waits)) return this.#write(index, request, outcome);
    }
  }

  /**
   * Written before the line is sent, in one system call with the answer that left its place to it. Where a line must not
   * be sent twice, the disk knows of it before.
   */
  async #mark(index: number): Promise<void> {
    const { journal, ledger, atMostOnce } = this.#parts;
    if (ledger.stateOf(index) !== STATE.sent) journal.append({ kind: 'sent', index });
    await (atMostOnce ? journal.durable() : journal.written());
  }

  /** @returns whether the line is as open as it was before: it waits for its next turn, or for the next run */
  #isPutOff(index: number, error: unknown, waits: number): boolean {
    const now = performance.now();
    const { maxRetries, journal } = this.#parts;
    const verdict = verdictOf(error, { waits, maxRetries, idleMs: now - this.#lastGood });
    if (verdict.kind === 'fail') return false;
    journal.append({ kind: 'unsent', index });
    if (verdict.kind === 'wait') this.#gate.closeFor(verdict.ms, now);
    else this.#finish({ kind: 'failed', error });
    return true;
  }

  async #passGate(): Promise<boolean> {
    try {
      await this.#gate.pass(this.#ending.signal);
      return true;
    } catch {
      return false;
    }
  }

  async #write(index: number, { customId }: BatchRequest, outcome: Outcome): Promise<void> {
    const { journal, publisher, budget, keep } = this.#parts;
    const line = await keep(resultLine(customId, outcome));
    const { ok, input, output } = outcome;
    journal.append({ kind: 'done', index, ok, input, output }, line);
    publisher.offer(index, line);
    this.#publishing ??= this.#publish();
    budget?.settle(index, { input, output });
    this.#parts.onWritten(index);
    this.#wake();
  }

  /** Writes journaled lines to the outputs, for all lines of a turn at once. */
  async #publish(): Promise<void> {
    const { journal, publisher } = this.#parts;
    try {
      await journal.written();
      this.#publishing = undefined;
      publisher.advance();
    } catch (error) {
      this.#break(error);
    }
  }

  #break(error: unknown): void {
    this.brokenBy ??= { error };
    this.#finish({ kind: 'failed', error });
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

async function* openItems({ input, defaultModel, ledger }: RunParts): AsyncGenerator<Item, undefined> {
  for await (const line of readInput(input.path)) {
    if (!input.isSame(line)) {
      throw new UsageError(`${input.path}: line ${String(line.number)} was changed while the batch ran`);
    }
    const state = ledger.stateOf(line.index);
    if (state !== STATE.open && state !== STATE.sent) continue;
    yield { index: line.index, request: parseRequest(line.text, defaultModel) };
  }
  return undefined;
}
