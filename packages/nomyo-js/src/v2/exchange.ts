/** One call: sealed once, and sent as often as allowed (SPEC of version 2, section 9). */
import { currentMoment, markPossiblyExecuted, type Moment } from '@nomyo/base';
import type { JsonObject } from '@nomyo/crypto';
import {
  chooseKey,
  LIMITS,
  SUITES,
  usableKeys,
  type AnswerHead,
  type DocumentKey,
  type KeyDocument,
  type SealedRequest,
  type SuiteId,
} from '@nomyo/protocol-v2';
import { APIConnectionError, markFailuresAsSent } from '@nomyo/transport';
import type { Answer, AnswerFacts, Exchange, PreparedCall } from '../protocol.js';
import type { IncomingAnswer } from './answer.js';
import type { Configuration } from './configuration.js';
import type { Judged } from './errors.js';
import { headOf, sealCall, type SealableCall } from './seal.js';
import { judgeThrown, sendSealed, type Gateway } from './send.js';

/** The dependencies of exchanges. */
export interface ExchangeParts extends Gateway {
  readonly configuration: Configuration;
  readonly suites: readonly SuiteId[];
}

/** A sealed request, which may be sent unchanged as long as the window lasts. */
interface Sealed {
  readonly request: SealedRequest;
  readonly key: DocumentKey;
  readonly at: Moment;
}

/** Sends the same sealed bytes at each attempt, so that the gateway runs them once. */
export class SealedExchange implements Exchange {
  readonly #sealable: SealableCall;
  readonly #parts: ExchangeParts;
  #sealed: Sealed | undefined;
  #incoming: IncomingAnswer | undefined;
  /** The failure of the last attempt. */
  #judged: Judged | undefined;
  /** Whether any copy may have reached the gateway. */
  #mayHaveArrived = false;
  /** Whether the fate of any copy is unknown. */
  #isUncertain = false;
  #wasResealed = false;

  /** @throws {InvalidArgumentError} on an API key that cannot be sealed */
  constructor(call: PreparedCall, parts: ExchangeParts) {
    this.#sealable = { call, head: headOf(call) };
    this.#parts = parts;
  }

  async attempt(): Promise<Answer> {
    await this.#call.pace();
    const sealed = await this.#current();
    try {
      return await this.#send(sealed);
    } catch (thrown) {
      return await this.#withAnotherKey(sealed, this.#note(thrown));
    }
  }

  mayRetry(error: unknown): boolean | undefined {
    const { error: judged, next = 'general' } = this.#judged ?? {};
    if (judged !== error || next === 'general') return undefined;
    return next === 'resend' && (!this.#mayHaveArrived || isInWindow(this.#sealed));
  }

  end(): void {
    this.#forget();
    void this.#incoming?.dispose();
  }

  get #call(): PreparedCall {
    return this.#sealable.call;
  }

  /** The request to send now: the same bytes again, or, the first time, newly sealed ones. */
  async #current(): Promise<Sealed> {
    const { configuration, suites } = this.#parts;
    if (this.#sealed !== undefined && isInWindow(this.#sealed)) return this.#sealed;
    if (this.#sealed !== undefined && this.#mayHaveArrived) {
      // Its outcome remains unknown; sealed again, it could run twice.
      markPossiblyExecuted(this.#judged?.error);
      throw this.#judged?.error;
    }
    const document = await configuration.current(this.#call.signal);
    const key = chooseKey(document, configuration.now, suites);
    return this.#seal(key, document);
  }

  /** SPEC section 9: the gateway does not know the key. The signed document decides whether there is another. */
  async #withAnotherKey(sealed: Sealed, { error, next }: Judged): Promise<Answer> {
    if (next !== 'fetch keys' || this.#isUncertain || this.#wasResealed) throw error;
    const { configuration, suites } = this.#parts;
    const fetched = await configuration.afterUnknownKey(this.#call.signal);
    const others = { ...fetched, keys: fetched.keys.filter(({ keyId }) => keyId !== sealed.key.keyId) };
    if (usableKeys(others, configuration.now, suites).length === 0) throw error;
    await this.#call.pace();
    this.#wasResealed = true;
    const key = chooseKey(others, configuration.now, suites);
    const again = await this.#seal(key, fetched, sealed);
    try {
      return await this.#send(again);
    } catch (thrown) {
      throw this.#note(thrown).error;
    }
  }

  /**
   * @param first of the same call: its id and its time stay, so that no copy of it outlives what the gateway remembers
   */
  async #seal(key: DocumentKey, document: KeyDocument, first?: Sealed): Promise<Sealed> {
    const at = first?.at ?? currentMoment();
    const { timestamp: now = this.#parts.configuration.now, requestId } = first?.request ?? {};
    this.#forget();
    const request = await sealCall(this.#sealable, { key, document, now, requestId });
    this.#sealed = { request, key, at };
    return this.#sealed;
  }

  async #send({ request, key }: Sealed): Promise<Answer> {
    await this.#incoming?.dispose();
    const { head, incoming } = await sendSealed(this.#parts, request, this.#call);
    this.#incoming = incoming;
    const facts = factsOf(head, request, key);
    return markFailuresAsSent(async () => {
      if (!incoming.isStream) return { kind: 'whole', facts, plaintext: await incoming.whole() };
      // Waits for the first piece: before it arrives, a failed attempt can be repeated; after that, it cannot.
      await incoming.begin();
      return { kind: 'stream', facts, pieces: incoming.pieces() };
    });
  }

  #note(thrown: unknown): Judged {
    const judged = judgeThrown(thrown);
    const { error, next, isUncertain } = judged;
    this.#judged = judged;
    this.#isUncertain ||= isUncertain;
    this.#mayHaveArrived ||= !(error instanceof APIConnectionError) || error.possiblyExecuted;
    if (next !== 'general') return judged;
    // The gateway confirms that it is over, so the next attempt is a new request.
    this.#forget();
    [this.#mayHaveArrived, this.#isUncertain, this.#wasResealed] = [false, false, false];
    return judged;
  }

  #forget(): void {
    this.#sealed?.request.answer.dispose();
    this.#sealed = undefined;
  }
}

/**
 * Reports whether the window still lasts, by both clocks: one may be set, the other may stop while the machine sleeps.
 */
function isInWindow(sealed: Sealed | undefined): boolean {
  if (sealed === undefined) return false;
  const now = currentMoment();
  const elapsed = Math.max(now.wall - sealed.at.wall, now.monotonic - sealed.at.monotonic);
  return elapsed >= 0 && elapsed < LIMITS.window * 1_000;
}

function factsOf(
  { tier, processedAt }: AnswerHead,
  { keyId, requestId }: SealedRequest,
  { suite }: DocumentKey,
): AnswerFacts {
  const metadata: JsonObject = {
    protocol: 'nomyo/2',
    suite,
    key_id: keyId,
    request_id: requestId,
    encryption_algorithm: `${SUITES[suite].name}, HKDF-SHA256, AES-256-GCM`,
    ...(tier === undefined ? {} : { applied_tier: tier }),
    ...(processedAt === undefined ? {} : { processed_at: processedAt }),
  };
  return { appliedTier: tier, metadata };
}
