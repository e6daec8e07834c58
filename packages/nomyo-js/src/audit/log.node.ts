/** The option `audit` of a client: one line per call. */
import { createHmac } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { Line } from '@nomyo/base';
import type { DirectoryLease } from '@nomyo/keystore';
import type { AdmittedRequest, CallEnd, CallObserver, CallRecorder, CallStart } from '../observe/observer.js';
import { callBody } from './call.js';
import { AuditError, failureOf } from './errors.js';
import { hexOf } from './hash-key.node.js';
import type { LineBody } from './line.node.js';
import type { AuditLogOptions } from './options.node.js';
import type { Reserve } from './reserve.node.js';
import type { AuditWriter } from './writer.node.js';

/** Lines that wait for a file that cannot be written; of more, the oldest are lost. */
const MAX_PENDING = 10_000;

/** What hears of one call. */
interface AuditRecorder extends CallRecorder {
  /** @throws {AuditError} when the log is required and cannot be written */
  admit(request: AdmittedRequest): Promise<void>;
  /** @throws {AuditError} when the line is not written yet: it is written with the next one that can be */
  end(call: CallEnd): Promise<void>;
}

/** A call that has not ended. */
interface BegunCall {
  readonly call: CallStart;
  /** As `performance.now()`. */
  readonly startedAt: number;
  apiKey: string | undefined;
}

/** A log that is open. One process writes a file at a time. */
export class AuditLog implements CallObserver {
  /** The client hashes what it sends and gets. */
  readonly hashesCiphertexts: boolean = true;
  readonly #writer: AuditWriter;
  readonly #lease: DirectoryLease;
  readonly #options: AuditLogOptions;
  readonly #hashKey: Uint8Array;
  /** Lines that could not be written yet, oldest first. */
  readonly #pending: { readonly body: LineBody; readonly time: Date }[] = [];
  /** Calls whose line is still to come, with `required` those that space is held for. */
  readonly #begun = new Line<BegunCall>();
  readonly #reserve: Reserve | undefined;
  #closing: Promise<void> | undefined;
  #isClosed = false;

  /** @internal see {@link openAuditLog} */
  constructor(parts: {
    readonly writer: AuditWriter;
    readonly lease: DirectoryLease;
    readonly options: AuditLogOptions;
    readonly hashKey: Uint8Array;
    readonly reserve: Reserve | undefined;
  }) {
    this.#writer = parts.writer;
    this.#lease = parts.lease;
    this.#options = parts.options;
    this.#hashKey = parts.hashKey;
    this.#reserve = parts.reserve;
  }

  /** Called by a client when a call begins. What cannot be written rejects, which the client tells as an event. */
  begin(call: CallStart): AuditRecorder {
    const begun: BegunCall = { call, startedAt: performance.now(), apiKey: undefined };
    let leave: (() => void) | undefined;
    return {
      admit: async (request) => {
        this.#checkWritable();
        leave ??= this.#begun.join(begun);
        begun.apiKey = await this.#nameOf(request);
      },
      end: async (end) => {
        leave?.();
        this.#append(callBody(call, begun.apiKey, end), new Date());
        if (this.#options.fsync === true) {
          await this.#writer.sync().catch((error: unknown) => this.#fail(error));
        }
      },
    };
  }

  /**
   * Writes of calls that have not ended that they have not, signs what is not signed yet, closes the file, and lets the
   * next process have it. Idempotent.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // Calls that have just ended still have to hash what they got.
    if (this.#begun.size > 0) await setImmediate();
    this.#isClosed = true;
    const time = new Date();
    for (const { call, apiKey, startedAt } of this.#begun) {
      const end = { outcome: 'unfinished', durationMs: performance.now() - startedAt } as const;
      this.#pending.push({ body: callBody(call, apiKey, end), time });
    }
    try {
      this.#flush();
      this.#writer.close();
    } catch (error) {
      this.#tell(error);
    } finally {
      this.#reserve?.close();
      this.#hashKey.fill(0);
      await this.#lease.release();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #checkWritable(): void {
    if (this.#options.required !== true) return;
    if (this.#closing !== undefined) throw new AuditError('the audit log was closed, so nothing was sent');
    try {
      this.#flush();
      this.#reserve?.hold(this.#begun.size + 1);
    } catch (error) {
      throw failureOf(this.#options.file, error);
    }
  }

  /** It tells API keys apart, and gives none away. */
  async #nameOf(request: AdmittedRequest): Promise<string | undefined> {
    const mac = await request.macOfApiKey(this.#mac);
    return mac === undefined ? undefined : hexOf(mac.subarray(0, 16));
  }

  /** One function for all calls, so that a client asks it once for each of its keys. */
  readonly #mac = (apiKey: Uint8Array): Promise<Uint8Array> =>
    Promise.resolve(createHmac('sha256', this.#hashKey).update(apiKey).digest());

  #append(body: LineBody, time: Date): void {
    this.#pending.push({ body, time });
    if (this.#isClosed) this.#fail(new AuditError('a call ended after the audit log was closed'));
    try {
      this.#flush();
    } catch (error) {
      if (this.#pending.length > MAX_PENDING) this.#pending.shift();
      this.#fail(error);
    }
  }

  /** Where the disk is full, the space that is held for these lines is theirs. */
  #flush(): void {
    try {
      this.#write();
    } catch (error) {
      if (this.#reserve?.spend() !== true) throw error;
      this.#write();
    }
  }

  #write(): void {
    this.#writer.begin();
    for (let next = this.#pending[0]; next !== undefined; next = this.#pending[0]) {
      this.#writer.append(next.body, next.time);
      this.#pending.shift();
    }
  }

  #fail(error: unknown): never {
    this.#tell(error);
    throw failureOf(this.#options.file, error);
  }

  #tell(error: unknown): void {
    try {
      this.#options.onError?.(failureOf(this.#options.file, error));
    } catch {
      // The listener's own trouble.
    }
  }
}
