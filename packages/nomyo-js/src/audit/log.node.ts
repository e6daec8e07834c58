/** The option `audit` of a client: one line per call. */
import { createHmac } from 'node:crypto';
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  aBoolean,
  aFunction,
  anInteger,
  anObject,
  aString,
  optional,
  refuseUndefined,
  refuseUnknown,
} from '@nomyo/base';
import { lockDirectory, type DirectoryLease } from '@nomyo/keystore';
import type { AdmittedRequest, CallEnd, CallObserver, CallRecorder, CallStart } from '../observe/observer.js';
import { callBody } from './call.js';
import { AuditError } from './errors.js';
import { hexOf, storedHashKey } from './hash-key.node.js';
import type { LineBody } from './line.node.js';
import { apiKeyHashKey, readSigningKey } from './signing.node.js';
import { codeOf, nameOfError } from './system.js';
import { AuditWriter } from './writer.node.js';

/** Options of {@link openAuditLog}. */
export interface AuditLogOptions {
  /** The log: JSON lines, mode 0600. Its directory must be there. */
  readonly file: string;
  /** Refuse a call, before it is sent, when the log cannot be written. Default: `false`: `onError` hears of it. */
  readonly required?: boolean;
  /** Ed25519 private key in PEM that signs checkpoints; see {@link createAuditKey}. Default: there are none. */
  readonly signingKeyPath?: string;
  /** Lines between two checkpoints. Default: 100. There is one more when the log is closed. */
  readonly checkpointEvery?: number;
  /** Force every line to the disk, so that a power failure loses none. Default: `false`. */
  readonly fsync?: boolean;
  /** Size at which a new file is begun, in bytes. Default: 67 108 864 (64 MiB). */
  readonly maxBytes?: number;
  /** Begin a new file every day (UTC). Default: `true`. */
  readonly daily?: boolean;
  /** Hears why a line could not be written. It is written with the next one that can be. Default: nobody. */
  readonly onError?: (error: AuditError) => void;
}

const NAMES: readonly (keyof AuditLogOptions)[] = [
  'file',
  'required',
  'signingKeyPath',
  'checkpointEvery',
  'fsync',
  'maxBytes',
  'daily',
  'onError',
];

const DEFAULTS = {
  checkpointEvery: 100,
  maxBytes: 67_108_864,
  lockTimeoutMs: 20_000,
  maxPending: 10_000,
} as const;

/** What hears of one call. */
interface AuditRecorder extends CallRecorder {
  /** @throws {AuditError} when the log is required and cannot be written */
  admit(request: AdmittedRequest): Promise<void>;
  /** @throws {AuditError} when the line is not written yet: it is written with the next one that can be */
  end(call: CallEnd): Promise<void>;
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
  #isClosed = false;

  /** @internal see {@link openAuditLog} */
  constructor(parts: {
    readonly writer: AuditWriter;
    readonly lease: DirectoryLease;
    readonly options: AuditLogOptions;
    readonly hashKey: Uint8Array;
  }) {
    this.#writer = parts.writer;
    this.#lease = parts.lease;
    this.#options = parts.options;
    this.#hashKey = parts.hashKey;
  }

  /** Called by a client when a call begins. What cannot be written rejects, which the client tells as an event. */
  begin(call: CallStart): AuditRecorder {
    let apiKey: string | undefined;
    return {
      admit: async (request) => {
        this.#checkWritable();
        apiKey = await this.#nameOf(request);
      },
      end: async (end) => {
        this.#append(callBody(call, apiKey, end), new Date());
        if (this.#options.fsync === true) {
          await this.#writer.sync().catch((error: unknown) => this.#fail(error));
        }
      },
    };
  }

  /** Signs what is not signed yet, closes the file, and lets the next process have it. Idempotent. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      this.#flush();
      this.#writer.close();
    } catch (error) {
      this.#tell(error);
    } finally {
      this.#hashKey.fill(0);
      await this.#lease.release();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #checkWritable(): void {
    if (this.#options.required !== true) return;
    if (this.#isClosed) throw new AuditError('the audit log was closed, so nothing was sent');
    try {
      this.#flush();
    } catch (error) {
      throw failureOf(this.#options.file, error);
    }
  }

  /** It tells API keys apart, and gives none away. */
  async #nameOf(request: AdmittedRequest): Promise<string | undefined> {
    const mac = await request.macOfApiKey((apiKey) =>
      Promise.resolve(createHmac('sha256', this.#hashKey).update(apiKey).digest()),
    );
    return mac === undefined ? undefined : hexOf(mac.subarray(0, 16));
  }

  #append(body: LineBody, time: Date): void {
    this.#pending.push({ body, time });
    if (this.#isClosed) this.#fail(new AuditError('a call ended after the audit log was closed'));
    try {
      this.#flush();
    } catch (error) {
      if (this.#pending.length > DEFAULTS.maxPending) this.#pending.shift();
      this.#fail(error);
    }
  }

  #flush(): void {
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

/**
 * Opens a log, marks what a crash left in it, and waits up to 20 s for another process to let go of it.
 *
 * @throws {InvalidArgumentError} on a wrong option
 * @throws {AuditError} when the file cannot be written, is no audit log, or another process keeps it
 * @example
 * const audit = await openAuditLog({ file: '/var/log/nomyo.jsonl', required: true });
 * const client = new SecureChatCompletion({ audit });
 */
export async function openAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  const { file, ...writerOptions } = checkOptions(options);
  const lease = await lock(file);
  try {
    const writer = new AuditWriter({ file, ...writerOptions });
    writer.begin();
    const { signingKey } = writerOptions;
    const hashKey = signingKey === undefined ? storedHashKey(file) : apiKeyHashKey(signingKey);
    return new AuditLog({ writer, lease, options: { ...options, file }, hashKey });
  } catch (error) {
    await lease.release();
    throw failureOf(file, error);
  }
}

function checkOptions(options: AuditLogOptions): ConstructorParameters<typeof AuditWriter>[0] {
  refuseUnknown(anObject('options', options), NAMES);
  refuseUndefined(options, ['signingKeyPath', 'required', 'fsync']);
  const { signingKeyPath, checkpointEvery, maxBytes, onError } = options;
  optional('required', options.required, aBoolean, false);
  optional('fsync', options.fsync, aBoolean, false);
  optional('onError', onError, aFunction, undefined);
  const keyPath = optional('signingKeyPath', signingKeyPath, aString, undefined);
  return {
    file: resolve(aString('file', options.file)),
    daily: optional('daily', options.daily, aBoolean, true),
    checkpointEvery: optional(
      'checkpointEvery',
      checkpointEvery,
      anInteger(1, 1_000_000),
      DEFAULTS.checkpointEvery,
    ),
    maxBytes: optional('maxBytes', maxBytes, anInteger(1024, 2 ** 40), DEFAULTS.maxBytes),
    signingKey: keyPath === undefined ? undefined : readSigningKey(keyPath, 'signingKeyPath'),
  };
}

async function lock(file: string): Promise<DirectoryLease> {
  try {
    if (!statSync(dirname(file)).isDirectory()) throw new AuditError(`${dirname(file)} is not a directory`);
    return await lockDirectory(`${file}.lock`, AbortSignal.timeout(DEFAULTS.lockTimeoutMs));
  } catch (error) {
    if (nameOfError(error) === 'TimeoutError') {
      const message = `${file} is being written by another process. Give each process a file of its own`;
      throw new AuditError(message, { cause: error });
    }
    throw failureOf(file, error);
  }
}

function failureOf(file: string, cause: unknown): AuditError {
  if (cause instanceof AuditError) return cause;
  const code = codeOf(cause) ?? 'unknown';
  return new AuditError(`the audit log ${file} cannot be written (${code})`, { cause });
}
