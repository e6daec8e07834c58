/**
 * One answer as it comes in: opened frame by frame, with no more in memory than a frame (SPEC of version 2, section 8).
 */
import { LightAbortController, sleep } from '@nomyo/base';
import { SecureByteContext } from '@nomyo/crypto';
import { AnswerOpener, classOf, isOfType, type AnswerHead, type SealedRequest } from '@nomyo/protocol-v2';
import { markFailuresAsSent, type HttpStreamResponse } from '@nomyo/transport';
import type { PreparedCall } from '../protocol.js';
import { abortedError } from './errors.js';

/**
 * Time to wait for the end of the HTTP answer after END, in ms. Bytes that still come make it `malformed`; a connection
 * that was read to its end can be used again.
 */
const GRACE_MS = 1_000;

const EVENT_STREAM = 'text/event-stream';

/** The call that an answer is opened for. */
export interface AnswerCall extends Pick<
  PreparedCall,
  'memory' | 'timeout' | 'signal' | 'securityTier' | 'record'
> {
  /** Longest opened answer, in bytes; a longer one is `TOO_LARGE`. */
  readonly maxResponseBytes: number;
}

/** Opens one answer. A caller that does not read it to its end calls {@link dispose}. */
export class IncomingAnswer {
  readonly #body: HttpStreamResponse['body'];
  readonly #call: AnswerCall;
  readonly #opener: AnswerOpener;
  /** Pieces that were opened, but not handed over yet. */
  readonly #opened: SecureByteContext[] = [];
  #isOver = false;

  constructor(response: HttpStreamResponse, { answer }: Pick<SealedRequest, 'answer'>, call: AnswerCall) {
    this.#body = response.body;
    this.#call = call;
    const { memory, securityTier, maxResponseBytes } = call;
    this.#opener = new AnswerOpener({
      answer,
      tier: securityTier,
      limit: maxResponseBytes,
      contentType: response.headers['content-type'],
      memory: memory.options,
      take: (task) => this.#take(task),
      sink: (content) => this.#keep(content),
    });
  }

  /** Reads until the head has arrived. */
  async head(): Promise<AnswerHead> {
    while (this.#opener.head === undefined) await this.#read();
    return this.#opener.head;
  }

  /** Whether the body is handed over as it arrives. */
  get isStream(): boolean {
    return isOfType(this.#opener.head?.contentType, EVENT_STREAM);
  }

  /** Reads until a piece, or END, has arrived. */
  async begin(): Promise<void> {
    while (this.#opened.length === 0 && !this.#isOver) await this.#read();
  }

  /** Reads to END, and returns the whole body. */
  async whole(): Promise<SecureByteContext> {
    while (!this.#isOver) await this.#read();
    const [only, ...more] = this.#opened;
    if (only !== undefined && more.length === 0) {
      this.#opened.shift();
      return only;
    }
    return this.#take(() => joined(this.#opened, this.#call.memory.options));
  }

  /** The pieces up to END, the only end there is. A piece is wiped when the next one is requested. */
  async *pieces(): AsyncGenerator<Uint8Array, undefined> {
    try {
      for (;;) {
        await markFailuresAsSent(() => this.begin());
        const piece = this.#opened.shift();
        if (piece === undefined) return undefined;
        try {
          yield piece.borrow((bytes) => bytes);
        } finally {
          piece.dispose();
        }
      }
    } finally {
      await this.dispose();
    }
  }

  /** Ends the request, and wipes pieces that were not handed over. Idempotent. */
  async dispose(): Promise<void> {
    this.#opener.dispose();
    for (const piece of this.#opened.splice(0)) piece.dispose();
    await this.#body.return?.();
  }

  async #read(): Promise<void> {
    const next = await this.#body.next();
    try {
      if (next.done === true) {
        this.#opener.end();
        this.#isOver = true;
        return;
      }
      await this.#push(next.value);
      if (this.#opener.isOver) await this.#finish();
    } catch (error) {
      throw classOf(error) === 'aborted' ? abortedError(this.#opener.abort) : error;
    }
  }

  async #push(chunk: Uint8Array): Promise<void> {
    this.#call.record.received(chunk);
    await this.#opener.push(chunk);
  }

  /** Finishes after END. Anything that follows is an error; silence, or a broken connection, is not. */
  async #finish(): Promise<void> {
    const waiting = new LightAbortController();
    const late = sleep(GRACE_MS, waiting).catch(() => undefined);
    const next = this.#body.next().catch(() => undefined);
    const behind = await Promise.race([next, late]);
    waiting.abort(undefined);
    if (behind?.done === false) await this.#push(behind.value);
    this.#opener.end();
    this.#isOver = true;
    await this.#body.return?.();
  }

  async #keep(content: Uint8Array): Promise<void> {
    const { options } = this.#call.memory;
    const kept = await this.#take(() => SecureByteContext.allocate(content.byteLength, options));
    kept.borrow((bytes) => {
      bytes.set(content);
    });
    this.#opened.push(kept);
  }

  #take<T>(task: () => T | Promise<T>): T | Promise<T> {
    const { memory, timeout, signal } = this.#call;
    return memory.take(task, { timeout, signal, urgent: true });
  }
}

function joined(
  parts: readonly SecureByteContext[],
  memory: PreparedCall['memory']['options'],
): SecureByteContext {
  const whole = SecureByteContext.allocate(
    parts.reduce((length, part) => length + part.length, 0),
    memory,
  );
  whole.borrow((to) => {
    let at = 0;
    for (const part of parts) {
      const { length } = part;
      part.use((from) => to.set(from, at));
      at += length;
    }
  });
  return whole;
}
