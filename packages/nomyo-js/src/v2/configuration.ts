/**
 * The key configuration of one realm: fetched as rarely as SPEC 4.3 requires, and never older than one seen before
 * (SPEC 4.2), even across restarts.
 */
import {
  abortable,
  currentMoment,
  DisposedError,
  NomyoError,
  SecurityError,
  sleep,
  type AbortSignalLike,
  type Moment,
} from '@nomyo/base';
import {
  LIMITS,
  protocolError,
  takeKeyDocument,
  usableKeys,
  type KeyDocument,
  type SuiteId,
} from '@nomyo/protocol-v2';
import type { SeenConfigurations } from '@nomyo/keystore';

/** Least time between two fetches, in ms (SPEC 4.3). */
const FETCH_INTERVAL_MS = 10_000;

/** A new document is fetched in the background when less than this share of the current one's life is left. */
const REFRESH_SHARE = 1 / 4;

/** Options of {@link Configuration}. */
export interface ConfigurationOptions {
  readonly roots: readonly Uint8Array[];
  readonly realm: string;
  readonly suites: readonly SuiteId[];
  readonly seen: SeenConfigurations;
  readonly fetch: (signal: AbortSignal) => Promise<Uint8Array>;
  /** Called when the current document could not be replaced in the background. */
  readonly refreshFailed: (error: unknown) => void;
  /** For tests. Default: `currentMoment`. */
  readonly moment?: () => Moment;
}

/** Keeps the document with the keys that requests are sealed to. */
export class Configuration {
  readonly #options: ConfigurationOptions;
  readonly #moment: () => Moment;
  readonly #ended = new AbortController();
  #document: KeyDocument | undefined;
  #loading: Promise<KeyDocument> | undefined;
  /** Monotonic times, in ms, of the last fetch that was begun, accepted or refused, and forced. */
  #begun = -Infinity;
  #decided = -Infinity;
  #forced = -Infinity;
  /** The fault of the last document. */
  #refusal: NomyoError | undefined;

  constructor(options: ConfigurationOptions) {
    this.#options = options;
    this.#moment = options.moment ?? currentMoment;
  }

  /** The current time, in Unix seconds. */
  get now(): number {
    return Math.floor(this.#moment().wall / 1_000);
  }

  /**
   * The current document. It may have no usable key.
   *
   * @throws {SecurityError | NomyoError} the classes `config_…` of SPEC section 10
   * @throws {APIError | APIConnectionError} when it cannot be fetched
   */
  async current(signal: AbortSignalLike): Promise<KeyDocument> {
    const document = this.#document;
    if (document === undefined || !holds(document, this.now)) return this.#fetchWhenAllowed(signal);
    const isEmpty = usableKeys(document, this.now, this.#options.suites).length === 0;
    if (isEmpty && this.#sinceMs(this.#decided) >= FETCH_INTERVAL_MS) return this.#load(signal);
    if (isDue(document, this.now)) this.#loadInBackground();
    return document;
  }

  /**
   * The document after a gateway said that it does not know a key. Anybody on the way can say that, so it is not
   * believed more than once in 10 s.
   *
   * @throws as {@link current}
   */
  async afterUnknownKey(signal: AbortSignalLike): Promise<KeyDocument> {
    if (this.#sinceMs(this.#forced) < FETCH_INTERVAL_MS) {
      return this.#loading === undefined ? this.current(signal) : this.#load(signal);
    }
    this.#forced = this.#moment().monotonic;
    return this.#load(signal);
  }

  /** Ends background fetches. Idempotent. */
  dispose(): void {
    this.#ended.abort(new DisposedError('client'));
  }

  #sinceMs(moment: number): number {
    return this.#moment().monotonic - moment;
  }

  /** Fetches, at most every 10 s. In between, a document that was refused is refused again without a fetch. */
  async #fetchWhenAllowed(signal: AbortSignalLike): Promise<KeyDocument> {
    const waitMs = FETCH_INTERVAL_MS - this.#sinceMs(this.#decided);
    if (waitMs > 0 && this.#loading === undefined) {
      if (this.#refusal !== undefined) throw again(this.#refusal);
      await sleep(waitMs, signal);
    }
    return this.#load(signal);
  }

  #loadInBackground(): void {
    if (this.#loading !== undefined || this.#sinceMs(this.#begun) < FETCH_INTERVAL_MS) return;
    // The current document stays in use; once it has expired, calls fail with the reason.
    this.#share().catch((error: unknown) => {
      if (!this.#ended.signal.aborted) this.#options.refreshFailed(error);
    });
  }

  async #load(signal: AbortSignalLike): Promise<KeyDocument> {
    try {
      return await abortable(this.#share(), signal);
    } catch (error) {
      throw isRefusal(error) ? again(error) : error;
    }
  }

  /** Runs one fetch at a time, shared by all callers. */
  #share(): Promise<KeyDocument> {
    this.#loading ??= this.#fetch().finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  async #fetch(): Promise<KeyDocument> {
    this.#begun = this.#moment().monotonic;
    try {
      const document = await this.#fetchAndTake();
      this.#document = document;
      this.#refusal = undefined;
      this.#decided = this.#moment().monotonic;
      return document;
    } catch (error) {
      if (isRefusal(error)) {
        this.#refusal = error;
        this.#decided = this.#moment().monotonic;
      }
      throw error;
    }
  }

  async #fetchAndTake(): Promise<KeyDocument> {
    const { roots, realm, seen, fetch } = this.#options;
    const { signal } = this.#ended;
    const before = await seen.recall(realm);
    const bytes = await fetch(signal);
    const document = await takeKeyDocument(bytes, {
      roots,
      realm,
      now: this.now,
      ...(before === undefined ? {} : { seen: before }),
    });
    const { epoch } = await seen.raise(realm, document, signal);
    // Another process may have accepted a newer document in the meantime, which is fine; a newer epoch revokes this
    // one.
    if (epoch > document.epoch) throw protocolError('config_rollback');
    return document;
  }
}

/** Reports whether an accepted document is still valid (SPEC 4.2, step 4). */
function holds({ issuedAt, expiresAt, notBefore, notAfter }: KeyDocument, now: number): boolean {
  return notBefore <= now && now < notAfter && issuedAt <= now + LIMITS.window && now < expiresAt;
}

function isDue({ issuedAt, expiresAt }: KeyDocument, now: number): boolean {
  return expiresAt - now < (expiresAt - issuedAt) * REFRESH_SHARE;
}

/** Whether an answer came and was refused, so that asking again at once would change nothing. */
function isRefusal(error: unknown): error is NomyoError {
  if (error instanceof SecurityError) return true;
  return error instanceof NomyoError && error.code === 'CONFIG_EXPIRED';
}

/** Copies a refusal, so that each call has an error of its own, which may be marked with the fate of that call. */
function again(refusal: NomyoError): NomyoError {
  const { code, message, cause } = refusal;
  return refusal instanceof SecurityError
    ? new SecurityError(code, message, { cause })
    : new NomyoError(code, message, { cause });
}
