/**
 * The key configuration of one realm: fetched as rarely as SPEC 4.3 says, and never an older one than was seen before
 * (SPEC 4.2), also across restarts.
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

/** In ms: SPEC 4.3. */
const FETCH_INTERVAL_MS = 10_000;

/** A document is fetched anew in the background when less than this share of its life is left. */
const REFRESH_SHARE = 1 / 4;

/** The parts of a configuration. */
export interface ConfigurationOptions {
  readonly roots: readonly Uint8Array[];
  readonly realm: string;
  readonly suites: readonly SuiteId[];
  readonly seen: SeenConfigurations;
  readonly fetch: (signal: AbortSignal) => Promise<Uint8Array>;
  /** Told when the present document could not be replaced in the background. */
  readonly refreshFailed: (error: unknown) => void;
  /** For tests. */
  readonly moment?: () => Moment;
}

/** The document that requests are sealed by. */
export class Configuration {
  readonly #options: ConfigurationOptions;
  readonly #moment: () => Moment;
  readonly #ended = new AbortController();
  #document: KeyDocument | undefined;
  #loading: Promise<KeyDocument> | undefined;
  /** When a fetch was begun; when one was decided, for better or worse; when one was forced. In ms, monotonic. */
  #begun = -Infinity;
  #decided = -Infinity;
  #forced = -Infinity;
  /** The fault of the last document. */
  #refusal: NomyoError | undefined;

  constructor(options: ConfigurationOptions) {
    this.#options = options;
    this.#moment = options.moment ?? currentMoment;
  }

  /** Unix seconds. */
  get now(): number {
    return Math.floor(this.#moment().wall / 1_000);
  }

  /**
   * The document of the moment. It may have no usable key.
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
   * The document after a gateway said that it does not know a key. Anybody on the way can say that, so it is not believed
   * more than once in 10 s.
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

  /** Ends what runs in the background. Idempotent. */
  dispose(): void {
    this.#ended.abort(new DisposedError('client'));
  }

  #sinceMs(moment: number): number {
    return this.#moment().monotonic - moment;
  }

  /** A document that was refused a moment ago is refused again, without a fetch. */
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
    // The present document serves on; when it is over, a call is told what is wrong.
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

  /** One fetch at a time, for all who wait. */
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
    // Another process can have taken a newer document meanwhile, which is no attack; a newer epoch revokes this one.
    if (epoch > document.epoch) throw protocolError('config_rollback');
    return document;
  }
}

/** SPEC 4.2, step 4, for a document that was taken. */
function holds({ issuedAt, expiresAt, notBefore, notAfter }: KeyDocument, now: number): boolean {
  return notBefore <= now && now < notAfter && issuedAt <= now + LIMITS.window && now < expiresAt;
}

function isDue({ issuedAt, expiresAt }: KeyDocument, now: number): boolean {
  return expiresAt - now < (expiresAt - issuedAt) * REFRESH_SHARE;
}

/** Whether a document came, or what stands in its place, and was refused: asking again at once would change nothing. */
function isRefusal(error: unknown): error is NomyoError {
  if (error instanceof SecurityError) return true;
  return error instanceof NomyoError && error.code === 'CONFIG_EXPIRED';
}

/** An error of one's own for each call: it may be marked with what became of that call. */
function again(refusal: NomyoError): NomyoError {
  const { code, message, cause } = refusal;
  return refusal instanceof SecurityError
    ? new SecurityError(code, message, { cause })
    : new NomyoError(code, message, { cause });
}
