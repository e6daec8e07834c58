import {
  aBoolean,
  anObject,
  aString,
  given,
  InvalidArgumentError,
  oneOf,
  optional,
  refuseUnknown,
} from '@nomyo/base';
import {
  getMemoryProtectionInfo,
  openEnvelope,
  sealEnvelope,
  type JsonObject,
  type KeySize,
  type MemoryProtectionInfo,
} from '@nomyo/crypto';
import { checkPayloadId, markFailuresAsSent } from '@nomyo/transport';
import { environment } from '#env';
import { answerOf } from './answer.js';
import { checkKeyLock } from './call-memory.js';
import { encodeRequest } from './encode-request.js';
import { SECURITY_TIERS } from './chat/request.js';
import type { SecurityTier } from './chat/request-types.js';
import { endingWith } from './keys.js';
import type { CallObserver, Observable } from './observe/observer.js';
import { Observers } from './observe/observers.js';
import { summaryOf } from './observe/summary.js';
import type { CommonOptions, ResolvedOptions } from './options.js';
import { checkPlainKeyFiles } from './policy.js';
import { resolveOptions } from './resolve-options.js';
import { SecureChannel } from './secure-channel.js';

/** Options of {@link SecureCompletionClient}. */
export interface SecureCompletionClientConfig extends CommonOptions {
  /** Where the router is. Default: `https://api.nomyo.ai`. A path prefix is kept. */
  readonly routerUrl?: string;
}

/** Options of {@link SecureCompletionClient.generateKeys}. */
export interface GenerateKeysOptions {
  /** Write the pair to `keyDir`. Default: `false`: it lives in memory only. */
  readonly saveToFile?: boolean;
  /** Directory to write to. Default: the client's `keyDir`, or `client_keys` if that is `null`. */
  readonly keyDir?: string;
  /**
   * Encrypts the private key file, and every one that rotation writes there; at least 8 characters, or bytes. Default:
   * the client's `keyRotationPassword`, if any; `undefined` is refused.
   */
  readonly password?: string | Uint8Array;
  /** Modulus in bits: 2048, 3072 or 4096. Default: the client's `keySize`. */
  readonly keySize?: KeySize;
}

const GENERATE_OPTIONS: readonly (keyof GenerateKeysOptions)[] = [
  'saveToFile',
  'keyDir',
  'password',
  'keySize',
];

/** The lower level: keys, envelopes and requests one by one, for payloads of any kind. */
export class SecureCompletionClient implements Observable {
  readonly #options: ResolvedOptions;
  readonly #channel: SecureChannel;
  readonly #observers: Observers;

  /**
   * @throws {InvalidArgumentError} on a wrong value or an unknown name
   * @throws {SecurityError} `INSECURE_URL` when the URL is not `https:` and `allowHttp` is not set
   */
  constructor(config: SecureCompletionClientConfig = {}) {
    const { routerUrl } = anObject('config', config);
    this.#options = resolveOptions(config, 'routerUrl', routerUrl);
    this.#channel = new SecureChannel('SecureCompletionClient', this.#options);
    this.#observers = new Observers(this.#options.baseUrl);
  }

  /**
   * Makes a key pair and uses it from now on; requests under way keep theirs. Rotation writes where the pair is, under
   * its password; a pair in memory is replaced in memory.
   *
   * With `saveToFile`, a pair that is in the directory already is used as it is, if it opens with what is given here:
   * a program can run twice. No other is ever overwritten.
   *
   * @throws {InvalidArgumentError} on a wrong option, or where the client was given its `keys`; nothing was written
   * @throws {PolicyError} when the file would not be encrypted, and the policy demands that
   * @throws {KeyStoreError} `KEY_FILE_EXISTS` when there is a pair that does not open, or another code when none can be
   * written
   * @example
   * await client.generateKeys({ saveToFile: true, keyDir: 'client_keys', password });
   */
  async generateKeys(options: GenerateKeysOptions = {}): Promise<void> {
    this.#channel.check();
    refuseUnknown(anObject('options', options), GENERATE_OPTIONS);
    const { saveToFile, keyDir, ...rest } = options;
    const toFile = optional('saveToFile', saveToFile, aBoolean, false);
    if (!toFile) return this.#channel.keys.moveTo({ ...rest, keyDir: null });
    if (environment.defaultKeyDir === null) {
      throw new InvalidArgumentError('saveToFile', 'cannot be used: this runtime keeps no key files');
    }
    if (rest.password === undefined) this.#checkPlainFiles();
    return this.#channel.keys.moveTo({ ...rest, keyDir: optional('keyDir', keyDir, aString, undefined) });
  }

  /**
   * Uses the key pair in these files from now on; requests under way keep theirs. It counts as made now. Rotation
   * writes into the directory of the private key (or `keyRotationDir`), under the same password, and never over a file
   * of another name than `private_key.pem` and `public_key.pem`.
   *
   * @param publicKeyPath when given, the file must hold the other half of the private key
   * @param password opens the private key. Default: the client's `keyRotationPassword`, where the file needs one
   * @throws {InvalidArgumentError} on a wrong argument, or where the client was given its `keys`
   * @throws {KeyStoreError} when a file cannot be read, is damaged, or does not belong to the other
   */
  async loadKeys(
    privateKeyPath: string,
    publicKeyPath?: string,
    password?: string | Uint8Array,
  ): Promise<void> {
    this.#channel.check();
    if (password === undefined) this.#checkPlainFiles();
    await this.#channel.keys.loadFrom({
      privateKeyPath,
      ...given('publicKeyPath', publicKeyPath),
      ...given('password', password),
    });
  }

  /** The router's public key as SPKI PEM: cached for `serverKeyTtl`, and one of the pinned ones where there are pins. */
  fetchServerPublicKey(): Promise<string> {
    return this.#channel.run(undefined, async (signal) => (await this.#channel.serverKeys.get(signal)).pem);
  }

  /**
   * Seals a payload to the router: the body of a request.
   *
   * @throws {InvalidArgumentError} when it is no object, or cannot be written as JSON
   */
  encryptPayload(payload: object): Promise<ArrayBuffer> {
    const memory = this.#channel.newMemory();
    return this.#channel.run(undefined, async (signal) => {
      const json = encodeRequest(anObject('payload', payload), undefined, memory.options, this.#options);
      return json.use(async (bytes) => {
        const serverKey = await this.#channel.serverKeys.get(signal);
        return (await sealEnvelope(bytes, serverKey, memory.options)).buffer;
      });
    });
  }

  /**
   * Opens an answer that was sealed to the current key pair, and adds `_metadata`.
   *
   * @throws {SecurityError} when it is no envelope, does not open, or holds no JSON object
   */
  decryptResponse(envelope: ArrayBuffer | Uint8Array, payloadId: string): Promise<JsonObject> {
    const memory = this.#channel.newMemory();
    return this.#channel.run(undefined, async (signal) => {
      const bytes = bytesOf(envelope);
      checkPayloadId(payloadId);
      const lease = await this.#channel.keys.acquire(signal);
      try {
        checkKeyLock(lease.keys, memory);
        const opened = await openEnvelope(bytes, endingWith(signal, lease.keys), memory.options);
        return answerOf({ ...opened, memoryLocked: memory.locked }, payloadId);
      } finally {
        lease.release();
      }
    });
  }

  /**
   * Seals a payload, sends it, and opens the answer.
   *
   * @param payloadId 1 to 128 visible ASCII characters, the same on every attempt
   * @param apiKey replaces the client's for this call
   */
  async sendSecureRequest(
    payload: object,
    payloadId: string,
    apiKey?: string,
    securityTier?: SecurityTier,
  ): Promise<JsonObject> {
    this.#channel.check();
    checkPayloadId(payloadId);
    const { timeout, maxRetries } = this.#options;
    const call = {
      payloadId,
      timeout,
      maxRetries,
      apiKey: optional('apiKey', apiKey, aString, this.#options.apiKey),
      securityTier: optional('securityTier', securityTier, oneOf(SECURITY_TIERS), undefined),
    };
    const watched = { request: payload, securityTier, payloadId, stream: false, signal: undefined };
    return this.#observers.watch(watched, async (observed) => {
      const exchange = { ...call, onRetry: observed.retry };
      const opened = await this.#channel.exchange(anObject('payload', payload), exchange);
      const answer = await markFailuresAsSent(() => answerOf(opened, payloadId));
      observed.answered(() => summaryOf(answer));
      return answer;
    });
  }

  /** How this client's secrets are protected in memory. */
  getMemoryProtectionInfo(): MemoryProtectionInfo {
    return getMemoryProtectionInfo(this.#options.memory);
  }

  /** For telemetry: see `nomyo-js/otel`. @returns ends it @internal */
  observe(observer: CallObserver): () => void {
    return this.#observers.add(observer);
  }

  /** Stops timers, wipes keys, ends calls under way; later calls are refused. Idempotent. */
  dispose(): void {
    this.#channel.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toJSON(): { routerUrl: string } {
    return { routerUrl: this.#options.baseUrl.href };
  }

  /** @throws {PolicyError} where files must be encrypted, and would not be */
  #checkPlainFiles(): void {
    const { keys, policy } = this.#options;
    if (keys.kind === 'store' && keys.options.password === undefined) checkPlainKeyFiles(policy);
  }
}

function bytesOf(envelope: unknown): Uint8Array {
  if (envelope instanceof Uint8Array) return envelope;
  if (envelope instanceof ArrayBuffer) return new Uint8Array(envelope);
  throw new InvalidArgumentError('envelope', 'must be an ArrayBuffer or a Uint8Array');
}
