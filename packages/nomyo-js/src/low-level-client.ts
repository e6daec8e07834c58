import {
  aBoolean,
  anObject,
  aString,
  given,
  InvalidArgumentError,
  optional,
  refuseUnknown,
} from '@nomyo/base';
import {
  getMemoryProtectionInfo,
  openEnvelope,
  sealEnvelope,
  type JsonObject,
  type MemoryProtectionInfo,
} from '@nomyo/crypto';
import { checkPayloadId } from '@nomyo/transport';
import { environment } from '#env';
import { answerOf, asWhole } from './call/answer.js';
import { checkKeyLock } from './call/call-memory.js';
import { CallRunner, type CallInput } from './call/call-runner.js';
import { aTier, splitPayload } from './chat/request.js';
import type { SecurityTier } from './chat/request-types.js';
import { resolveCloseTimeout, type CloseOptions } from './close.js';
import { encodeRequest } from './call/encode-request.js';
import { elsewhere } from './v1/keys.js';
import { envelopeBytes, PAYLOAD_CALL } from './low-level-arguments.js';
import {
  GENERATE_OPTIONS,
  type GenerateKeysOptions,
  type SecureCompletionClientConfig,
} from './options/low-level-options.js';
import { movableV1, MovableV1Channel } from './v1/movable-keys.js';
import type { CallObserver, Observable } from './observe/observer.js';
import { summaryOf } from './observe/summary.js';
import type { ResolvedOptions } from './options/options.js';
import { checkPlainKeyFiles } from './policy/policy.js';
import { protocolOf } from './protocol.js';
import { resolveOptions } from './options/resolve-options.js';
import { refuseError } from './call/sealed-error.js';
import { v1Answer } from './v1/channel.js';

/** The low-level client: keys, envelopes and requests step by step, for payloads of any type. */
export class SecureCompletionClient implements Observable {
  readonly #options: ResolvedOptions;
  readonly #runner: CallRunner;

  /**
   * @throws {InvalidArgumentError} on an invalid value or an unknown option
   * @throws {SecurityError} `INSECURE_URL` when the URL is not `https:` and `allowHttp` does not permit it
   */
  constructor(config: SecureCompletionClientConfig = {}) {
    const { routerUrl } = anObject('config', config);
    const protocol = protocolOf(config, movableV1);
    this.#options = resolveOptions(config, { name: 'routerUrl', value: routerUrl }, protocol);
    this.#runner = new CallRunner('SecureCompletionClient', this.#options, protocol);
  }

  /**
   * Makes a key pair and uses it from now on; requests under way keep theirs. Rotation writes to the same place, under
   * the same password; a pair in memory is replaced in memory.
   *
   * With `saveToFile`, an existing pair in the directory is used instead if the password opens it, so that a program
   * can run twice. An existing pair is never overwritten.
   *
   * @throws {InvalidArgumentError} on an invalid option, or if the client was given `keys`; nothing was written
   * @throws {PolicyError} when the file would not be encrypted, although the policy requires it
   * @throws {KeyStoreError} `KEY_FILE_EXISTS` when there is a pair that the password does not open; another code when
   *   the pair cannot be written
   * @example
   * await client.generateKeys({ saveToFile: true, keyDir: 'client_keys', password });
   */
  async generateKeys(options: GenerateKeysOptions = {}): Promise<void> {
    this.#runner.check();
    refuseUnknown(anObject('options', options), GENERATE_OPTIONS);
    const { saveToFile, keyDir, ...rest } = options;
    const toFile = optional('saveToFile', saveToFile, aBoolean, false);
    if (!toFile) return this.#v1.movable.moveTo({ ...rest, keyDir: null });
    if (environment.defaultKeyDir === null) {
      throw new InvalidArgumentError('saveToFile', 'cannot be used: this runtime has no key files');
    }
    if (rest.password === undefined) this.#checkPlainFiles();
    return this.#v1.movable.moveTo({ ...rest, keyDir: optional('keyDir', keyDir, aString, undefined) });
  }

  /**
   * Uses the key pair in these files from now on; requests under way keep theirs. It counts as made now. Rotation
   * writes to the directory of the private key (or `keyRotationDir`), under the same password, and only to the files
   * `private_key.pem` and `public_key.pem`.
   *
   * @param publicKeyPath file that must hold the other half of the private key. Default: it is not checked
   * @param password opens the private key. Default: the client's `keyRotationPassword`, if the file needs one
   * @throws {InvalidArgumentError} on an invalid argument, or if the client was given `keys`
   * @throws {PolicyError} when rotation would write key files without encryption, although the policy requires it
   * @throws {KeyStoreError} when a file cannot be read, is damaged, or does not belong to the other
   */
  async loadKeys(
    privateKeyPath: string,
    publicKeyPath?: string,
    password?: string | Uint8Array,
  ): Promise<void> {
    this.#runner.check();
    if (password === undefined) this.#checkPlainFiles();
    await this.#v1.movable.loadFrom({
      privateKeyPath,
      ...given('publicKeyPath', publicKeyPath),
      ...given('password', password),
    });
  }

  /** Returns the router's public key as SPKI PEM: cached for `serverKeyTtl`, and checked against `serverKeyPins`. */
  async fetchServerPublicKey(): Promise<string> {
    const { serverKeys } = this.#v1;
    return this.#runner.run(undefined, async (signal) => (await serverKeys.get(signal)).pem);
  }

  /**
   * Seals a payload to the router, as the body of a request. Its `api_key` and `security_tier` are left out: they
   * travel in the headers `Authorization` and `X-Security-Tier`, which the sender of the body sets.
   *
   * @throws {InvalidArgumentError} when the payload is not an object, or cannot be written as JSON
   */
  async encryptPayload(payload: object): Promise<ArrayBuffer> {
    const { serverKeys } = this.#v1;
    const memory = this.#runner.newMemory();
    const parts = splitPayload('payload', payload);
    return this.#runner.run(undefined, async (signal) => {
      const json = await encodeRequest(parts.payload, parts.securityTier, memory.options, this.#options);
      return json.use(async (bytes) => {
        const serverKey = await serverKeys.get(signal);
        return (await sealEnvelope(bytes, serverKey, memory.options)).buffer;
      });
    });
  }

  /**
   * Opens an answer that was sealed to the current key pair, and adds `_metadata`.
   *
   * @throws {SecurityError} when it is not an envelope, does not open, or holds no JSON object
   */
  async decryptResponse(envelope: ArrayBuffer | Uint8Array, payloadId: string): Promise<JsonObject> {
    const { keys } = this.#v1;
    const { timeout, keys: origin } = this.#options;
    const memory = this.#runner.newMemory();
    return this.#runner.run(undefined, async (signal) => {
      const bytes = envelopeBytes(envelope);
      checkPayloadId(payloadId);
      const lease = await keys.acquire(signal);
      try {
        if (memory.isRequired) checkKeyLock(lease.keys);
        const limits = { signal, timeLeft: () => timeout };
        const source = origin.kind === 'store' ? lease.keys : elsewhere(lease.keys, limits);
        return answerOf(v1Answer(await openEnvelope(bytes, source, memory.options)), payloadId, memory);
      } finally {
        lease.release();
      }
    });
  }

  /**
   * Seals a payload, sends it, and opens the answer.
   *
   * @param payload its `api_key` and `security_tier` become headers, unless the arguments below override them
   * @param payloadId 1 to 128 visible ASCII characters, the same on every attempt
   * @param apiKey replaces the client's for this call
   * @throws the errors of `SecureChatCompletion.create`
   */
  async sendSecureRequest(
    payload: object,
    payloadId: string,
    apiKey?: string,
    securityTier?: SecurityTier,
  ): Promise<JsonObject> {
    this.#runner.check();
    checkPayloadId(payloadId);
    const parts = splitPayload('payload', payload);
    const { timeout, maxRetries } = this.#options;
    const input: CallInput = {
      ...PAYLOAD_CALL,
      payload: parts.payload,
      payloadId,
      timeout,
      maxRetries,
      apiKey: optional('apiKey', apiKey, aString, parts.apiKey ?? this.#options.apiKey),
      securityTier: optional('securityTier', securityTier, aTier, parts.securityTier),
    };
    return this.#runner.call(input, ({ answer, call }) => {
      const value = answerOf(asWhole(answer), payloadId, call.memory);
      refuseError(value, call);
      return { value, summary: () => summaryOf(value) };
    });
  }

  /** Describes how this client's secrets are protected in memory. */
  getMemoryProtectionInfo(): MemoryProtectionInfo {
    return getMemoryProtectionInfo(this.#options.memory);
  }

  /**
   * Reports every call from now on to `observer`, without its content.
   *
   * @returns a function that removes the observer; calls under way are still reported to their end
   */
  observe(observer: CallObserver): () => void {
    return this.#runner.observe(observer);
  }

  /**
   * Refuses new calls, waits for those under way, then calls {@link dispose}.
   *
   * @throws {InvalidArgumentError} on an invalid option
   */
  async close(options: CloseOptions = {}): Promise<void> {
    await this.#runner.close(resolveCloseTimeout(options));
  }

  /** Stops timers, wipes keys and ends calls under way. Later calls throw a `DisposedError`. Idempotent. */
  dispose(): void {
    this.#runner.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  toJSON(): { routerUrl: string } {
    return { routerUrl: this.#options.baseUrl.href };
  }

  /** The channel, whose single steps only version 1 has. @throws {InvalidArgumentError} in any other version */
  get #v1(): MovableV1Channel {
    this.#runner.check();
    const { channel } = this.#runner;
    if (channel instanceof MovableV1Channel) return channel;
    throw new InvalidArgumentError(
      'protocol',
      'must be left out: only version 1 has key pairs and envelopes',
    );
  }

  /** @throws {PolicyError} when key files must be encrypted, but would not be */
  #checkPlainFiles(): void {
    const { keys, policy } = this.#options;
    if (keys.kind === 'store' && keys.options.password === undefined) checkPlainKeyFiles(policy);
  }
}
