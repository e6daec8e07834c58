/** The value of a client's option `audit`: writes one line per call. */
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

/** Most lines that are kept while the file cannot be written; beyond that, the oldest are lost. */
const MAX_PENDING = 10_000;

/** Records one call. */
interface AuditRecorder extends CallRecorder {
  /** @throws {AuditError} when the log is required and cannot be written */
  admit(request: AdmittedRequest): Promise<void>;
  /** @throws {AuditError} when the line could not be written; it will be written with the next one */
  end(call: CallEnd): Promise<void>;
}

/** A call that has not ended. */
interface BegunCall {
  readonly call: CallStart;
  /** Time of the beginning, as `performance.now()`. */
  readonly startedAt: number;
  apiKey: string | undefined;
}

/** An open log. Only one process at a time can write a file. */
export class AuditLog implements CallObserver {
  /** Asks the client to hash what it sends and receives. */
  readonly hashesCiphertexts: boolean = true;
  readonly #writer: AuditWriter;
  readonly #lease: DirectoryLease;
  readonly #options: AuditLogOptions;
  readonly #hashKey: Uint8Array;
  /** Lines that could not be written yet, oldest first. */
  readonly #pending: { readonly body: LineBody; readonly time: Date }[] = [];
  /** Calls whose line is not written yet; with `required`, those that space is reserved for. */
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

  /** Called by a client when a call begins. If a line cannot be written, it rejects, and the client emits an event. */
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
   * Writes a line with the outcome `unfinished` for each call that has not ended, signs the lines since the last
   * checkpoint, closes the file, and releases it for the next process. Idempotent.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // Calls that have just ended still have to hash their answers.
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

  /** A name for the API key, which tells keys apart and reveals none. */
  async #nameOf(request: AdmittedRequest): Promise<string | undefined> {
    const mac = await request.macOfApiKey(this.#mac);
    return mac === undefined ? undefined : hexOf(mac.subarray(0, 16));
  }

  /** The same function for all calls, so that a client calls it only once for each of its keys. */
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

  /** Writes all pending lines. If the disk is full, the space reserved for them is released first. */
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
      // A listener's failure is not the log's.
    }
  }
}
