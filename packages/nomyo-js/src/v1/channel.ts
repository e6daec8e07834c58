/** Version 1 of the protocol (SPEC.md): one envelope to the router's key, and one back to the client's. */
import { InvalidArgumentError } from '@nomyo/base';
import {
  openEnvelope,
  sealEnvelope,
  SUITE,
  type KeySource,
  type OpenedEnvelope,
  type RsaPublicKey,
  type SecureByteContext,
} from '@nomyo/crypto';
import type { KeyLease } from '@nomyo/keystore';
import {
  endpoint,
  markSent,
  mayMeanNewServerKey,
  requestHeaders,
  type ServerKeyCache,
} from '@nomyo/transport';
import { checkKeyLock } from '../call/call-memory.js';
import type { CallSignal } from '../call/call-scope.js';
import { createKeys, elsewhere, type Keys } from './keys.js';
import { loadAnswerErrors, loadPart } from '../load-part.js';
import {
  MODELS_PATH,
  type Channel,
  type Exchange,
  type PreparedCall,
  type Protocol,
  type ProtocolContext,
  type WholeAnswer,
} from '../protocol.js';
import { createServerKeys } from './router-key.js';
import { createTierWarning } from './server-key-policy.js';

const PATH = '/v1/chat/secure_completion';

/** The default protocol of clients. */
export const v1: Protocol<V1Channel> = {
  name: 'nomyo/1',
  roots: [],
  pinsServerKey: false,
  hasKeyPair: true,
  streams: false,
  excludes: [],
  connect: (context) => new V1Channel(context, createKeys(context.options.keys, context.emit)),
};

/** Combines key pair, router key and HTTP client. */
export class V1Channel implements Channel {
  readonly keys: Keys;
  readonly serverKeys: ServerKeyCache<RsaPublicKey>;
  readonly context: ProtocolContext;
  readonly url: URL;
  readonly warnOfTier: ReturnType<typeof createTierWarning>;

  constructor(context: ProtocolContext, keys: Keys) {
    const { options, http, emit } = context;
    this.context = context;
    this.url = endpoint(options.baseUrl, PATH);
    this.keys = keys;
    this.serverKeys = createServerKeys(http, options, emit);
    this.warnOfTier = createTierWarning(options.serverKeys, emit);
  }

  async ready(signal: CallSignal): Promise<void> {
    await Promise.all([this.keys.ready(), this.serverKeys.get(signal)]);
  }

  async begin(call: PreparedCall): Promise<Exchange> {
    const { body, path, signal, memory } = call;
    if (path === MODELS_PATH) {
      const { ModelsExchange } = await loadPart(() => import('./models.js'));
      return new ModelsExchange(this.context, call);
    }
    if (body === undefined) throw new InvalidArgumentError('protocol', `must be v2() for ${path}`);
    const lease = await this.keys.acquire(signal);
    try {
      if (memory.isRequired) checkKeyLock(lease.keys);
      return new V1Exchange(this, call, body, lease);
    } catch (error) {
      lease.release();
      throw error;
    }
  }

  dispose(): void {
    this.keys.dispose();
    this.serverKeys.dispose();
  }
}

/** One call, which every attempt seals again. */
class V1Exchange implements Exchange {
  readonly #channel: V1Channel;
  readonly #call: PreparedCall;
  readonly #body: SecureByteContext;
  readonly #lease: KeyLease;
  readonly #keys: KeySource;
  #hasRefreshed = false;
  /** As `performance.now()`, in ms. */
  #attemptStarted = 0;

  constructor(channel: V1Channel, call: PreparedCall, body: SecureByteContext, lease: KeyLease) {
    this.#channel = channel;
    this.#call = call;
    this.#body = body;
    this.#lease = lease;
    const timeLeft = (): number => call.timeout - (performance.now() - this.#attemptStarted);
    const isOwn = channel.context.options.keys.kind === 'store';
    this.#keys = isOwn ? lease.keys : elsewhere(lease.keys, { signal: call.signal, timeLeft });
  }

  /**
   * Makes an attempt. A failure can mean that the router has a new key. If the request was certainly not run, it is
   * sealed again, once per call, and only to a different key; otherwise the next attempt, or call, fetches the key.
   */
  async attempt(): Promise<WholeAnswer> {
    const { serverKeys } = this.#channel;
    const { signal, timeout, pace } = this.#call;
    await pace();
    const serverKey = await serverKeys.get(signal, timeout);
    try {
      return await this.#send(serverKey);
    } catch (error) {
      if (!mayMeanNewServerKey(error)) throw error;
      serverKeys.doubt(serverKey);
      if (error.possiblyExecuted || this.#hasRefreshed) throw error;
      this.#hasRefreshed = true;
      const current = await serverKeys.get(signal, timeout);
      if (current.fingerprint === serverKey.fingerprint) throw error;
      await pace();
      return await this.#send(current);
    }
  }

  end(): void {
    this.#lease.release();
  }

  async #send(serverKey: RsaPublicKey): Promise<WholeAnswer> {
    const { securityTier, memory, record, timeout, signal } = this.#call;
    this.#attemptStarted = performance.now();
    if (securityTier === 'maximum') this.#channel.warnOfTier(serverKey.fingerprint);
    // Ahead of requests that are only beginning: this one already holds memory that they wait for.
    const room = { timeout, signal, urgent: true };
    const body = await memory.take(
      () => this.#body.borrow((bytes) => sealEnvelope(bytes, serverKey, memory.options)),
      room,
    );
    record.sent(body, { server: serverKey.fingerprint, client: this.#keys.publicKey.fingerprint });
    const envelope = await this.#post(body);
    record.received(envelope);
    // Once there is an answer, the request is not sent again, so it makes room for the answer.
    if (memory.isRequired) this.#body.dispose();
    try {
      const options = { ...memory.options, consume: !memory.isRequired };
      return v1Answer(await memory.take(() => openEnvelope(envelope, this.#keys, options), room));
    } catch (error) {
      const reason = signal.aborted ? signal.reason : error;
      markSent(reason);
      throw reason;
    }
  }

  /** @throws {APIError} on any status other than 200 */
  async #post(body: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const { timeout, signal, apiKey, payloadId, securityTier, headers: extra } = this.#call;
    const { http, options } = this.#channel.context;
    const publicKeyPem = this.#keys.publicKey.pem;
    const response = await http.send({
      method: 'POST',
      url: this.#channel.url,
      headers: requestHeaders({ payloadId, securityTier, apiKey, extra, publicKeyPem }),
      body,
      timeout,
      maxBytes: options.maxResponseBytes,
      maxBytesName: 'maxResponseBytes',
      signal,
    });
    if (response.status === 200) return response.body;
    const { errorOfResponse } = await loadAnswerErrors(true);
    throw errorOfResponse(response, { payloadId, secrets: [apiKey ?? ''] });
  }
}

/** The facts of version 1 about an opened answer. */
export function v1Answer({ plaintext, processedAt }: OpenedEnvelope): WholeAnswer {
  const algorithm = { encryption_algorithm: SUITE.algorithm };
  const metadata = processedAt === undefined ? algorithm : { ...algorithm, processed_at: processedAt };
  return { kind: 'whole', plaintext, facts: { metadata } };
}
