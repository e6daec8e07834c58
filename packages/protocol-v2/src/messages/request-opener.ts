/** Opens a request as it arrives: the gateway's side of SPEC 7.3. */
import { platform } from '#platform';
import { allocateBytes, concatBytes, equalBytes, utf8Encode, wipe, type Bytes } from '@nomyo/base';
import { AnswerSealer } from './answer-sealer.js';
import { protocolError } from '../errors.js';
import { FRAME, LABEL, LIMITS, MAGIC, SIZES, SUITES, type FrameType } from '../facts.js';
import { FrameOpener } from './frame-opener.js';
import { decodeRequestHead, type RequestHead } from './head.js';
import { isAccepted, type KemKey } from '../configuration/kem-key.js';
import { Reader, toHex } from '../layout.js';
import { answerSecret, type AnswerSecret } from './request-sealer.js';
import { schedule } from '../schedule.js';

/** The keys of a gateway. */
export interface KemKeys {
  /** @param keyId 32 hexadecimal digits, lower case */
  find: (keyId: string) => KemKey | undefined;
}

/** How a request is opened. */
export interface RequestOpenerOptions {
  /** The key id from the URL path. */
  readonly pathKeyId: string;
  readonly keys: KemKeys;
  /** Unix seconds; called once the header has arrived. */
  readonly now: () => number;
  /** Largest body, in bytes. Default: 10,485,760. */
  readonly maxRequest?: number;
  /** Gets each piece of the body as its frame opens; the piece is wiped when the promise settles. */
  readonly sink: (content: Uint8Array) => void | Promise<void>;
}

/** An opened request. */
export interface OpenedRequest {
  readonly requestId: string;
  readonly keyId: string;
  /** Unix seconds, by the client's clock. */
  readonly timestamp: number;
  readonly head: RequestHead;
  /** The map's key: SHA-256(authorization ‖ 0x00 ‖ request id), in hexadecimal digits (SPEC section 9). */
  readonly mapKey: string;
  /** The map's value: SHA-256(header ‖ enc), in hexadecimal digits. */
  readonly fingerprint: string;
  /** Seals an answer. One at a time; each has a nonce of its own. */
  readonly answer: () => Promise<AnswerSealer>;
  /** Wipes what seals answers. Idempotent. */
  readonly dispose: () => void;
}

const malformed = (): Error => protocolError('malformed');

/** Between the two halves of the map's key. */
const ZERO = allocateBytes(1);
const NOTHING = allocateBytes(0);

/**
 * Opens one request. After an error, every later call throws that error.
 *
 * @example
 * const opener = new RequestOpener({ pathKeyId, keys, now, sink: (piece) => body.take(piece) });
 * for await (const chunk of incoming) await opener.push(chunk);
 * const request = await opener.end();
 */
export class RequestOpener {
  readonly #options: RequestOpenerOptions;
  readonly #header: Bytes = allocateBytes(SIZES.header);
  #headerBytes = 0;
  #key: KemKey | undefined;
  #enc: Bytes = NOTHING;
  #encBytes = 0;
  #frames: FrameOpener | undefined;
  #head: RequestHead | undefined;
  #bodyBytes = 0;
  #secret: AnswerSecret | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: RequestOpenerOptions) {
    this.#options = options;
  }

  /** The head, once its frame is open. */
  get head(): RequestHead | undefined {
    return this.#head;
  }

  /** @throws {SecurityError | NomyoError} a class of SPEC 7.3; the opener then accepts nothing more */
  async push(chunk: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error;
    try {
      await this.#take(chunk);
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  /**
   * Call when the HTTP request body has ended.
   *
   * @throws {NomyoError} `TRUNCATED` before END; otherwise what `push` threw
   */
  async end(): Promise<OpenedRequest> {
    if (this.#failure !== undefined) throw this.#failure.error;
    const [head, secret] = [this.#head, this.#secret];
    if (this.#frames?.isOver !== true || head === undefined || secret === undefined) {
      this.#fail(protocolError('truncated'));
      throw protocolError('truncated');
    }
    this.#frames.dispose();
    return this.#opened(head, secret);
  }

  /** Wipes everything when a request is abandoned. Idempotent; an {@link OpenedRequest} is disposed of separately. */
  dispose(): void {
    this.#frames?.dispose();
    this.#secret?.dispose();
  }

  #fail(error: unknown): void {
    this.#failure = { error };
    this.dispose();
  }

  async #take(chunk: Uint8Array): Promise<void> {
    let rest = this.#takeHeader(chunk);
    rest = this.#takeEnc(rest);
    if (this.#key !== undefined && this.#frames === undefined && this.#encBytes === this.#enc.byteLength) {
      await this.#decapsulate(this.#key);
    }
    await this.#frames?.push(rest);
  }

  #takeHeader(chunk: Uint8Array): Uint8Array {
    const taken = chunk.subarray(0, SIZES.header - this.#headerBytes);
    this.#header.set(taken, this.#headerBytes);
    this.#headerBytes += taken.byteLength;
    if (this.#key === undefined && this.#headerBytes === SIZES.header) {
      this.#key = this.#checkHeader();
      this.#enc = allocateBytes(SUITES[this.#key.suite].encBytes);
    }
    return chunk.subarray(taken.byteLength);
  }

  #takeEnc(chunk: Uint8Array): Uint8Array {
    const taken = chunk.subarray(0, this.#enc.byteLength - this.#encBytes);
    this.#enc.set(taken, this.#encBytes);
    this.#encBytes += taken.byteLength;
    return chunk.subarray(taken.byteLength);
  }

  /** Steps 1 to 3: checks on public bytes, before any private key is used. */
  #checkHeader(): KemKey {
    const { magic, keyId, timestamp } = readHeader(this.#header);
    const id = toHex(keyId);
    if (!equalBytes(magic, MAGIC.request) || id !== this.#options.pathKeyId.toLowerCase()) throw malformed();
    const now = this.#options.now();
    const key = this.#options.keys.find(id);
    if (key === undefined) throw protocolError('key_unknown');
    if (!isAccepted(key, now)) throw protocolError('key_expired');
    if (Math.abs(now - timestamp) > LIMITS.window) throw protocolError('clock');
    return key;
  }

  /** Step 4. */
  async #decapsulate(key: KemKey): Promise<void> {
    const sharedSecret = await decapsulated(key, this.#enc);
    try {
      const info = concatBytes(LABEL.request, this.#header);
      const context = await schedule(key.suite, info, { enc: this.#enc, sharedSecret });
      this.#secret = answerSecret(context.secret, this.#enc);
      this.#frames = await FrameOpener.create(context.key, context.baseNonce, false, (type, content) =>
        this.#frame(type, content),
      );
      wipe(context.key);
      wipe(context.baseNonce);
    } finally {
      wipe(sharedSecret);
    }
  }

  /** Step 5. */
  async #frame(type: FrameType, content: Uint8Array): Promise<void> {
    if (type === FRAME.head) {
      if (content.byteLength > LIMITS.maxHead) throw malformed();
      this.#head = decodeRequestHead(content);
      return;
    }
    this.#bodyBytes += content.byteLength;
    if (this.#bodyBytes > (this.#options.maxRequest ?? LIMITS.maxRequest)) throw protocolError('too_large');
    if (content.byteLength > 0) await this.#options.sink(content);
  }

  async #opened(head: RequestHead, secret: AnswerSecret): Promise<OpenedRequest> {
    const { keyId, requestId, timestamp } = readHeader(this.#header);
    const owner = concatBytes(utf8Encode(head.authorization ?? ''), ZERO, requestId);
    const mapKey = toHex(await platform.sha256(owner));
    wipe(owner);
    return {
      ...{ requestId: toHex(requestId), keyId: toHex(keyId), timestamp, head, mapKey },
      fingerprint: toHex(await platform.sha256(concatBytes(this.#header, this.#enc))),
      answer: () => AnswerSealer.create(secret),
      dispose: secret.dispose,
    };
  }
}

function readHeader(header: Bytes): {
  magic: Uint8Array;
  keyId: Uint8Array;
  requestId: Uint8Array;
  timestamp: number;
} {
  const reader = new Reader(header, malformed);
  const [magic, keyId, requestId] = [reader.take(4), reader.take(SIZES.keyId), reader.take(SIZES.requestId)];
  return { magic, keyId, requestId, timestamp: reader.integer(8) };
}

/** Maps every rejection by the library to one class. */
async function decapsulated(key: KemKey, enc: Bytes): Promise<Bytes> {
  try {
    return await key.decapsulate(enc);
  } catch {
    throw protocolError('unopenable');
  }
}
