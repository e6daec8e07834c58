/**
 * A second implementation of the wire, from the protocol's page alone: node:crypto, node:http and node:https, and not
 * one line of `@nomyo/crypto`. What both sides of the tests agree on is therefore the protocol.
 */
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  generateKeyPairSync,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  randomUUID,
  type KeyObject,
} from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';

const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' } as const;
const DEADLINE_MS = 20_000;

/** One HTTP answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One HTTP request. */
export interface Call {
  readonly url: string;
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Uint8Array;
  /** PEM to trust. */
  readonly ca?: string | undefined;
  readonly deadlineMs?: number;
  /** Stop reading after that many bytes, and give what there is. */
  readonly readAtMost?: number;
}

/** Sends one request over a connection of its own; rejects when it breaks or takes too long. */
export function exchange(call: Call): Promise<Answer> {
  const {
    url,
    method = 'GET',
    headers = {},
    body,
    ca,
    deadlineMs = DEADLINE_MS,
    readAtMost = Infinity,
  } = call;
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const options = { method, headers, agent: false, ...(ca === undefined ? {} : { ca }) };
    const request = send(url, options, (response) => {
      const chunks: Buffer[] = [];
      const finish = (): void => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      };
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (chunks.reduce((sum, { byteLength }) => sum + byteLength, 0) < readAtMost) return;
        finish();
        request.destroy();
      });
      response.once('end', finish);
      response.once('error', reject);
    });
    const timer = setTimeout(() => request.destroy(new Error('deadline')), deadlineMs);
    request.once('error', reject);
    request.once('close', () => {
      clearTimeout(timer);
    });
    request.end(body);
  });
}

/** The inputs of a call of the protocol besides the payload. */
export interface IndependentClientOptions {
  /** Of the router, with its prefix. */
  readonly url: string;
  /** PEM to trust. */
  readonly ca?: string | undefined;
  readonly apiKey?: string;
  readonly tier?: string;
  /** Of the client's own key, in bits. Default: 2048. */
  readonly keySize?: number;
  /** The client's own key. Default: a new one. */
  readonly privateKey?: KeyObject;
}

function generatePrivateKey(modulusLength: number): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength }).privateKey;
}

/** One client with one key pair. */
export class IndependentClient {
  readonly #options: IndependentClientOptions;
  readonly #privateKey: KeyObject;
  /** SPKI PEM. */
  readonly publicKeyPem: string;

  constructor(options: IndependentClientOptions) {
    this.#options = options;
    this.#privateKey = options.privateKey ?? generatePrivateKey(options.keySize ?? 2048);
    this.publicKeyPem = createPublicKey(this.#privateKey).export({ type: 'spki', format: 'pem' }).toString();
  }

  /** The router's key, SPKI PEM. */
  async routerKey(): Promise<string> {
    const { url, ca } = this.#options;
    const { status, body } = await exchange({ url: `${url}/pki/public_key`, ca });
    if (status !== 200) throw new Error(`the key endpoint answered ${String(status)}`);
    return body.toString('utf8');
  }

  /** The headers of protocol §2. */
  headers(): Record<string, string> {
    const { apiKey, tier } = this.#options;
    return {
      'content-type': 'application/octet-stream',
      'x-payload-id': randomUUID(),
      'x-public-key': encodeURIComponent(this.publicKeyPem),
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      ...(tier === undefined ? {} : { 'x-security-tier': tier }),
    };
  }

  /** One POST of any bytes, with the protocol's headers, or others on top of them. */
  post(body: Uint8Array, headers: OutgoingHttpHeaders = {}, rest: Partial<Call> = {}): Promise<Answer> {
    const { url, ca } = this.#options;
    return exchange({
      url: `${url}/v1/chat/secure_completion`,
      method: 'POST',
      headers: { ...this.headers(), ...headers },
      body,
      ca,
      ...rest,
    });
  }

  /** Seals and sends a payload to the key that the router has now. */
  async send(payload: unknown, headers?: OutgoingHttpHeaders, rest?: Partial<Call>): Promise<Answer> {
    return this.post(seal(JSON.stringify(payload), await this.routerKey()), headers, rest);
  }

  /** A whole call: the opened answer, parsed. */
  async complete(payload: unknown): Promise<Readonly<Record<string, unknown>>> {
    const { status, body } = await this.send(payload);
    if (status !== 200) throw new Error(`the router answered ${String(status)}: ${body.toString('utf8')}`);
    return JSON.parse(this.open(body)) as Record<string, unknown>;
  }

  /** The text in an answer; throws when the tag does not hold. */
  open(envelope: Uint8Array): string {
    const { encrypted_payload: payload, encrypted_aes_key: wrapped } = parseEnvelope(envelope);
    const key = privateDecrypt({ key: this.#privateKey, ...OAEP }, Buffer.from(wrapped, 'base64'));
    const nonce = Buffer.from(payload.nonce, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
    decipher.setAuthTag(Buffer.from(payload.tag, 'base64'));
    const parts = [decipher.update(Buffer.from(payload.ciphertext, 'base64')), decipher.final()];
    return Buffer.concat(parts).toString('utf8');
  }
}

/** The members of protocol §3. */
export interface Envelope {
  readonly version: string;
  readonly algorithm: string;
  readonly encrypted_payload: { readonly ciphertext: string; readonly nonce: string; readonly tag: string };
  readonly encrypted_aes_key: string;
  readonly key_algorithm: string;
  readonly payload_algorithm: string;
  readonly processed_at?: number;
}

/** No checks: tests look at what is there. */
export function parseEnvelope(bytes: Uint8Array): Envelope {
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as Envelope;
}

/** An envelope around `plaintext` for the holder of the private key of `recipientPem`. */
export function seal(plaintext: string | Uint8Array, recipientPem: string): Buffer {
  const key = randomBytes(32);
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
  const ciphertext = Buffer.concat([cipher.update(Buffer.from(plaintext)), cipher.final()]);
  const envelope: Envelope = {
    version: '1.0',
    algorithm: 'hybrid-aes256-rsa4096',
    encrypted_payload: {
      ciphertext: ciphertext.toString('base64'),
      nonce: nonce.toString('base64'),
      tag: cipher.getAuthTag().toString('base64'),
    },
    encrypted_aes_key: publicEncrypt({ key: recipientPem, ...OAEP }, key).toString('base64'),
    key_algorithm: 'RSA-OAEP-SHA256',
    payload_algorithm: 'AES-256-GCM',
  };
  return Buffer.from(JSON.stringify(envelope), 'utf8');
}
