/** One call, as it is told. */
import { isObject } from '@nomyo/base';
import type { ChatCompletionChunk } from '../stream/chunk-types.js';
import type {
  AnswerSummary,
  CallEnd,
  CallFailure,
  CallObserver,
  CallRecorder,
  CallStart,
  RetryNote,
} from './observer.js';

export class ObservedCall {
  readonly #recorders: readonly CallRecorder[];
  readonly #signal: { readonly aborted: boolean } | undefined;
  readonly #started: number = performance.now();
  #attempts = 1;
  #firstChunkMs: number | undefined;
  #summary: () => AnswerSummary | undefined = () => undefined;
  #isOver = false;

  /** @param start asked for only when somebody watches */
  constructor(
    observers: ReadonlySet<CallObserver>,
    start: () => CallStart,
    signal: { readonly aborted: boolean } | undefined,
  ) {
    this.#signal = signal;
    const call = observers.size === 0 ? undefined : start();
    this.#recorders =
      call === undefined
        ? []
        : [...observers].flatMap((observer) => quietly(() => observer.begin(call)) ?? []);
  }

  /** An attempt failed and another one follows. */
  readonly retry = (note: RetryNote): void => {
    this.#attempts = note.attempt + 1;
    for (const recorder of this.#recorders) quietly(() => recorder.retry?.(note));
  };

  /** The answer is here. @param summary asked for only when somebody watches */
  answered(summary: () => AnswerSummary | undefined): void {
    this.#summary = summary;
  }

  end(): void {
    this.#over({ outcome: 'ok', failure: undefined });
  }

  fail(error: unknown): void {
    const outcome = this.#signal?.aborted === true ? 'aborted' : 'failed';
    this.#over({ outcome, failure: failureOf(error) });
  }

  /** Leaving the loop is no failure. */
  async *chunks(chunks: AsyncIterable<ChatCompletionChunk>): AsyncGenerator<ChatCompletionChunk, undefined> {
    try {
      for await (const chunk of chunks) {
        this.#firstChunkMs ??= performance.now() - this.#started;
        yield chunk;
      }
    } catch (error) {
      this.fail(error);
      throw error;
    } finally {
      this.end();
    }
    return undefined;
  }

  /** Only the first ending counts. */
  #over(ending: Pick<CallEnd, 'outcome' | 'failure'>): void {
    if (this.#isOver || this.#recorders.length === 0) return;
    this.#isOver = true;
    const end: CallEnd = {
      ...ending,
      durationMs: performance.now() - this.#started,
      firstChunkMs: this.#firstChunkMs,
      attempts: this.#attempts,
      answer: quietly(this.#summary),
    };
    for (const recorder of this.#recorders) quietly(() => recorder.end(end));
  }
}

/** What `task` gives; nothing where it throws: what a client does never depends on who watches. */
function quietly<T>(task: () => T): T | undefined {
  try {
    return task();
  } catch {
    return undefined;
  }
}

/** Why a call failed, in names only. */
function failureOf(error: unknown): CallFailure {
  const known = isObject(error) ? error : {};
  return { name: wordOf(known['name']) ?? 'Error', code: wordOf(known['code']) };
}

/** An error of somebody else's can have anything as its name. */
function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z][\w.]{0,63}$/.test(value) ? value : undefined;
}
