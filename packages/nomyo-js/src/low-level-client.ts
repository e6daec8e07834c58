import {
  aBoolean,
  anObject,
  aPassword,
  aString,
  InvalidArgumentError,
  oneOf,
  optional,
  refuseUnknown,
} from '@nomyo/base';
import {
  generatePkcs8,
  getMemoryProtectionInfo,
  openEnvelope,
  RsaPrivateKey,
  sealEnvelope,
  SecureByteContext,
  type JsonObject,
  type KeySize,
  type MemoryProtectionInfo,
} from '@nomyo/crypto';
import { generateKeyFiles, loadKeyFiles, type GenerateKeyFilesOptions } from '@nomyo/keystore';
import { checkPayloadId, markFailuresAsSent } from '@nomyo/transport';
import { environment } from '#env';
import { answerOf } from './answer.js';
import { SECURITY_TIERS } from './chat/request.js';
import type { SecurityTier } from './chat/request-types.js';
import { endingWith } from './keys.js';
import type { CommonOptions, ResolvedOptions } from './options.js';
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
  /** Directory to write to. Default: the client's `keyDir`. */
  readonly keyDir?: string;
  /** Encrypts the private key file; at least 8 characters, or bytes. Default: the client's `keyRotationPassword`, if any. */
  readonly password?: string | Uint8Array;
  /** Modulus in bits: 2048, 3072 or 4096. Default: 4096. */
  readonly keySize?: KeySize;
}

const GENERATE_OPTIONS: readonly (keyof GenerateKeysOptions)[] = [
  'saveToFile',
  'keyDir',
  'password',
  'keySize',
];

/** The lower level: keys, envelopes and requests one by one, for payloads of any kind. */
export class SecureCompletionClient {
  readonly #options: ResolvedOptions;
  readonly #channel: SecureChannel;
  /** Of key files that are written. A copy: the bytes that it was given as can be wiped meanwhile. */
  readonly #password: SecureByteContext | undefined;

  /**
   * @throws {InvalidArgumentError} on a wrong value or an unknown name
   * @throws {SecurityError} `INSECURE_URL` when the URL is not `https:` and `allowHttp` is not set
   */
  constructor(config: SecureCompletionClientConfig = {}) {
    const given = anObject('config', config);
    this.#options = resolveOptions(config, 'routerUrl', given['routerUrl']);
    this.#channel = new SecureChannel('SecureCompletionClient', this.#options);
    this.#password = passwordOf(this.#options);
  }

  /**
   * Makes a new key pair and uses it from now on; requests under way keep theirs.
   *
   * @throws {InvalidArgumentError} on a wrong option
   * @throws {KeyStoreError} `KEY_FILE_EXISTS` when there is a pair already, or another code when it cannot be written
   */
  async generateKeys(options: GenerateKeysOptions = {}): Promise<void> {
    this.#channel.check();
    refuseUnknown(anObject('options', options), GENERATE_OPTIONS);
    const toFile = optional('saveToFile', options.saveToFile, aBoolean, false);
    const key = await (toFile ? this.#generateFiles(options) : generateInMemory(options.keySize));
    this.#channel.keys.useKey(key);
  }

  /**
   * Uses the key pair in these files from now on; requests under way keep theirs.
   *
   * @param publicKeyPath when given, the file must hold the other half of the private key
   * @throws {KeyStoreError} when a file cannot be read, is damaged, or does not belong to the other
   */
  async loadKeys(
    privateKeyPath: string,
    publicKeyPath?: string,
    password?: string | Uint8Array,
  ): Promise<void> {
    this.#channel.check();
    const key = await loadKeyFiles({
      privateKeyPath: aString('privateKeyPath', privateKeyPath),
      ...(publicKeyPath === undefined ? {} : { publicKeyPath: aString('publicKeyPath', publicKeyPath) }),
      ...(password === undefined ? {} : { password: aPassword(1)('password', password) }),
    });
    this.#channel.keys.useKey(key);
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
    const { memory } = this.#options;
    return this.#channel.run(undefined, async (signal) => {
      const json = this.#channel.encode(anObject('payload', payload), undefined);
      return json.use(async (bytes) => {
        const serverKey = await this.#channel.serverKeys.get(signal);
        return (await sealEnvelope(bytes, serverKey, memory)).buffer;
      });
    });
  }

  /**
   * Opens an answer that was sealed to the current key pair, and adds `_metadata`.
   *
   * @throws {SecurityError} when it is no envelope, does not open, or holds no JSON object
   */
  decryptResponse(envelope: ArrayBuffer | Uint8Array, payloadId: string): Promise<JsonObject> {
    const { memory } = this.#options;
    return this.#channel.run(undefined, async (signal) => {
      const bytes = bytesOf(envelope);
      checkPayloadId(payloadId);
      const lease = await this.#channel.keys.acquire(signal);
      try {
        return answerOf(await openEnvelope(bytes, endingWith(signal, lease.keys), memory), payloadId);
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
    const opened = await this.#channel.exchange(anObject('payload', payload), call);
    return markFailuresAsSent(() => answerOf(opened, payloadId));
  }

  /** How this client's secrets are protected in memory. */
  getMemoryProtectionInfo(): MemoryProtectionInfo {
    return getMemoryProtectionInfo(this.#options.memory);
  }

  /** Stops timers, wipes keys, ends calls under way; later calls are refused. Idempotent. */
  dispose(): void {
    this.#channel.dispose();
    this.#password?.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toJSON(): { routerUrl: string } {
    return { routerUrl: this.#options.baseUrl.href };
  }

  #generateFiles(options: GenerateKeysOptions): Promise<RsaPrivateKey> {
    const { keys } = this.#options;
    const own = 'unwrap' in keys ? null : keys.keyDir;
    const keyDir = aString('keyDir', options.keyDir ?? own ?? environment.defaultKeyDir);
    if (options.password !== undefined || this.#password === undefined) {
      return generateFiles({ ...options, keyDir });
    }
    return this.#password.borrow((password) => generateFiles({ ...options, keyDir, password }));
  }
}

/** A pair in files, and its private key as it is read from there. */
async function generateFiles({ keyDir, keySize, password }: GenerateKeyFilesOptions): Promise<RsaPrivateKey> {
  const files = await generateKeyFiles({ keyDir, keySize, password });
  return loadKeyFiles({ ...files, password });
}

function passwordOf({ keys, memory }: ResolvedOptions): SecureByteContext | undefined {
  if ('unwrap' in keys || keys.password === undefined) return undefined;
  const { password } = keys;
  const bytes = typeof password === 'string' ? new TextEncoder().encode(password) : password;
  const copy = SecureByteContext.allocate(bytes.byteLength, memory);
  copy.borrow((own) => own.set(bytes));
  return copy;
}

async function generateInMemory(keySize: KeySize | undefined): Promise<RsaPrivateKey> {
  const pkcs8 = await generatePkcs8(keySize);
  return pkcs8.use((der) => RsaPrivateKey.fromPkcs8(der));
}

function bytesOf(envelope: unknown): Uint8Array {
  if (envelope instanceof Uint8Array) return envelope;
  if (envelope instanceof ArrayBuffer) return new Uint8Array(envelope);
  throw new InvalidArgumentError('envelope', 'must be an ArrayBuffer or a Uint8Array');
}
