/**
 * The body of one request on its way in: bounded in size and in memory, and no slower than a rate. Reading takes no place
 * among those that are answered: a thousand slow bodies keep nobody waiting.
 */
import type { IncomingMessage } from 'node:http';
import type { Limits } from '../limits.js';
import { protocolError } from '../protocol/port.js';
import type { ByteBudget } from './budget.js';

/** Thrown when the client went away in the middle of its request, or was cut off: there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name: string = 'ClientGone';
  /** For the log. */
  readonly code: 'client_gone' | 'too_slow';

  constructor(code: ClientGone['code']) {
    super(code);
    this.code = code;
  }
}

interface IntakeOptions {
  readonly budget: ByteBudget;
  /** Of the body, in bytes. */
  readonly most: number;
  readonly limits: Pick<Limits, 'bodyGraceMs' | 'bodyBytesPerSecond'>;
}

export class Intake {
  readonly #options: IntakeOptions;
  #bytes = 0;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Bytes that came so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @throws `busy`, `too_large`, or {@link ClientGone} */
  async *read(message: IncomingMessage): AsyncGenerator<Uint8Array, void> {
    const { budget, most, limits } = this.#options;
    const watch = new RateWatch(message, limits);
    try {
      for await (const piece of piecesOf(message, watch)) {
        if (!budget.take(piece.byteLength)) throw protocolError('busy');
        this.#bytes += piece.byteLength;
        if (this.#bytes > most) throw protocolError('too_large');
        yield piece;
      }
    } finally {
      watch.stop();
    }
  }

  /** What was read is not in memory any more. Idempotent. */
  release(): void {
    this.#options.budget.give(this.#bytes);
    this.#bytes = 0;
  }
}

/** Cuts a client off that sends more slowly than it may. */
class RateWatch {
  readonly #message: IncomingMessage;
  readonly #limits: IntakeOptions['limits'];
  readonly #startedAt = Date.now();
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #isTooSlow = false;

  constructor(message: IncomingMessage, limits: IntakeOptions['limits']) {
    this.#message = message;
    this.#limits = limits;
  }

  get isTooSlow(): boolean {
    return this.#isTooSlow;
  }

  /** The next piece is waited for. @param bytes of the last one */
  wait(bytes: number): void {
    this.#bytes += bytes;
    const { bodyGraceMs, bodyBytesPerSecond } = this.#limits;
    const due = this.#startedAt + bodyGraceMs + (this.#bytes / bodyBytesPerSecond) * 1_000;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#cut(), Math.max(due - Date.now(), 0));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #cut(): void {
    this.#isTooSlow = true;
    this.#message.destroy();
  }
}

async function* piecesOf(message: IncomingMessage, watch: RateWatch): AsyncGenerator<Uint8Array, void> {
  const pieces: AsyncIterable<unknown> = message.iterator({ destroyOnReturn: false });
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    watch.wait(0);
    for (;;) {
      const next = await nextOf(iterator, watch);
      if (next.done === true) return;
      if (!Buffer.isBuffer(next.value)) continue;
      watch.stop();
      yield next.value;
      watch.wait(next.value.byteLength);
    }
  } finally {
    await iterator.return?.();
  }
}

async function nextOf(
  iterator: AsyncIterator<unknown>,
  watch: RateWatch,
): Promise<IteratorResult<unknown, unknown>> {
  try {
    return await iterator.next();
  } catch {
    throw new ClientGone(watch.isTooSlow ? 'too_slow' : 'client_gone');
  }
}
