/**
 * Reads the body of one request, bounded in size, memory and minimum rate. A request takes no place among those being
 * answered until it is read, so slow bodies delay no one.
 */
import type { IncomingMessage } from 'node:http';
import type { Limits } from '../limits.js';
import { protocolError } from '../protocol/port.js';
import type { ByteBudget } from './budget.js';
import { Pieces } from './pieces.js';

/** Thrown when the client disconnected mid-request or was cut off: no answer is possible. */
export class ClientGone extends Error {
  override readonly name: string = 'ClientGone';
  /** For the log. */
  readonly code: 'client_gone' | 'too_slow';

  constructor(code: ClientGone['code']) {
    super(code);
    this.code = code;
  }
}

/** How soon a client is looked at again that is over its time while a piece of it is at work. */
const LOOK_AGAIN_MS = 20;

interface IntakeOptions {
  readonly budget: ByteBudget;
  /** Of the body, in bytes. */
  readonly most: number;
  readonly limits: Pick<Limits, 'bodyGraceMs' | 'bodyBytesPerSecond'>;
}

/** Reads one body. */
export class Intake {
  readonly #options: IntakeOptions;
  #bytes = 0;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Bytes received so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * @param take gets each piece, one after the other
   * @throws `busy`, `too_large`, {@link ClientGone}, or what `take` throws
   */
  async read(message: IncomingMessage, take: (piece: Uint8Array) => void | Promise<void>): Promise<void> {
    const watch = new RateWatch(message, this.#options.limits);
    const pieces = new Pieces(message, () => new ClientGone(watch.isTooSlow ? 'too_slow' : 'client_gone'));
    try {
      for (;;) {
        const next = await pieces.next();
        if (next.done === true) return;
        watch.pause(next.value.byteLength);
        this.#count(next.value.byteLength);
        await take(next.value);
        watch.goOn();
      }
    } finally {
      watch.stop();
      pieces.leave();
    }
  }

  #count(bytes: number): void {
    const { budget, most } = this.#options;
    if (!budget.take(bytes)) throw protocolError('busy');
    this.#bytes += bytes;
    if (this.#bytes > most) throw protocolError('too_large');
  }

  /** Call when the body is no longer in memory. Idempotent. */
  release(): void {
    this.#options.budget.give(this.#bytes);
    this.#bytes = 0;
  }
}

/** Cuts off a client that sends too slowly. */
class RateWatch {
  readonly #message: IncomingMessage;
  readonly #limits: IntakeOptions['limits'];
  readonly #startedAt = Date.now();
  #bytes = 0;
  #timer: NodeJS.Timeout;
  #isWaiting = true;
  #isTooSlow = false;

  constructor(message: IncomingMessage, limits: IntakeOptions['limits']) {
    this.#message = message;
    this.#limits = limits;
    this.#timer = this.#look();
  }

  get isTooSlow(): boolean {
    return this.#isTooSlow;
  }

  /** A piece is here: how long we take for it is not the client's fault. @param bytes of it */
  pause(bytes: number): void {
    this.#bytes += bytes;
    this.#isWaiting = false;
  }

  /** The next piece is waited for. */
  goOn(): void {
    this.#isWaiting = true;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** When the time that the bytes so far have bought is over. One timer a body: it looks again if that has moved. */
  #look(): NodeJS.Timeout {
    return setTimeout(() => this.#ring(), Math.max(this.#leftMs(), LOOK_AGAIN_MS));
  }

  #leftMs(): number {
    const { bodyGraceMs, bodyBytesPerSecond } = this.#limits;
    const bought = bodyGraceMs + (this.#bytes / bodyBytesPerSecond) * 1_000;
    return Math.ceil(this.#startedAt + bought - Date.now());
  }

  #ring(): void {
    if (!this.#isWaiting || this.#leftMs() > 0) {
      this.#timer = this.#look();
      return;
    }
    this.#isTooSlow = true;
    this.#message.destroy();
  }
}
