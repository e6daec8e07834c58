/** Opens one request as its bytes come, in the order of SPEC §7.3: the first thing that is wrong decides. */
import { allocateBytes, concatBytes, equalBytes, utf8Encode, wipe } from '@nomyo/base';
import { SecureByteContext } from '@nomyo/crypto';
import type { RecipientContext } from 'hpke';
import { isAccepted, WINDOW_SECONDS } from '../kem/plan.js';
import { createAnswerSealer } from './answer-sealer.js';
import { contentOf, FRAME, FRAME_LENGTH, PREFIX_BYTES, readU32 } from './frames.js';
import { readRequestHead } from './heads.js';
import { ENC_BYTES, type HpkeKey } from './hpke.js';
import {
  ClearError,
  type OpenerOptions,
  type OpenRequest,
  type RequestHead,
  type RequestOpener,
} from './port.js';

/** SPEC §7.1, in bytes. */
const HEADER = { magic: 4, keyId: 16, requestId: 16, timestamp: 8, all: 44 } as const;

const MAGIC = utf8Encode('NYQ2');
const INFO = utf8Encode('nomyo/v2 request\0');
const RESPONSE = utf8Encode('nomyo/v2 response');
const SECRET_BYTES = 32;

/** What is known once the frames can be opened. */
interface Context {
  readonly hpke: RecipientContext;
  readonly secret: SecureByteContext;
  /** Header and enc. */
  readonly fingerprint: Uint8Array;
}

export class HpkeRequestOpener implements RequestOpener {
  readonly #options: OpenerOptions<HpkeKey>;
  readonly #pieces: Uint8Array[] = [];
  #pending: Uint8Array = allocateBytes(0);
  #key: HpkeKey | undefined;
  #context: Context | undefined;
  #head: RequestHead | undefined;
  #bodyBytes = 0;
  #isEnded = false;

  constructor(options: OpenerOptions<HpkeKey>) {
    this.#options = options;
  }

  async push(bytes: Uint8Array): Promise<void> {
    this.#pending = this.#pending.byteLength === 0 ? bytes : concatBytes(this.#pending, bytes);
    while (await this.#step());
  }

  async finish(): Promise<OpenRequest> {
    while (await this.#step());
    const [context, head] = [this.#context, this.#head];
    if (!this.#isEnded || context === undefined || head === undefined) throw new ClearError('truncated');
    const body = new SecureByteContext(concatBytes(...this.#pieces));
    this.#wipePieces();
    return openRequest({ context, head, body, now: this.#options.clock });
  }

  dispose(): void {
    this.#context?.secret.dispose();
    this.#wipePieces();
  }

  /** @returns whether there may be more to do with what came */
  async #step(): Promise<boolean> {
    if (this.#isEnded) {
      if (this.#pending.byteLength > 0) throw new ClearError('malformed');
      return false;
    }
    if (this.#key === undefined) return this.#readHeader();
    return this.#context === undefined ? this.#setup(this.#key) : this.#readFrame(this.#context);
  }

  #readHeader(): boolean {
    const { keyId, findKey, now } = this.#options;
    if (this.#pending.byteLength < HEADER.all) return false;
    const header = this.#pending.subarray(0, HEADER.all);
    const named = hexOf(header.subarray(HEADER.magic, HEADER.magic + HEADER.keyId));
    if (!equalBytes(header.subarray(0, HEADER.magic), MAGIC) || named !== keyId) {
      throw new ClearError('malformed');
    }
    const key = findKey(keyId);
    if (key === undefined) throw new ClearError('key_unknown');
    if (!isAccepted(key, now)) throw new ClearError('key_expired');
    const at = HEADER.all - HEADER.timestamp;
    const timestamp = readU32(header, at) * 2 ** 32 + readU32(header, at + 4);
    if (Math.abs(now - timestamp) > WINDOW_SECONDS) throw new ClearError('clock');
    this.#key = key;
    return true;
  }

  async #setup(key: HpkeKey): Promise<boolean> {
    const length = HEADER.all + ENC_BYTES[key.suite];
    if (this.#pending.byteLength < length) return false;
    const fingerprint = concatBytes(this.#pending.subarray(0, length));
    this.#pending = this.#pending.subarray(length);
    const info = concatBytes(INFO, fingerprint.subarray(0, HEADER.all));
    try {
      const hpke = await key.setup(fingerprint.subarray(HEADER.all), info);
      const secret = new SecureByteContext(await hpke.Export(RESPONSE, SECRET_BYTES));
      this.#context = { hpke, secret, fingerprint };
    } catch {
      throw new ClearError('unopenable');
    }
    return true;
  }

  async #readFrame({ hpke }: Context): Promise<boolean> {
    const pending = this.#pending;
    if (pending.byteLength < PREFIX_BYTES) return false;
    const length = readU32(pending, 0);
    const type = pending[PREFIX_BYTES - 1] ?? 0;
    this.#checkPrefix(length, type);
    const end = PREFIX_BYTES + length;
    if (pending.byteLength < end) return false;
    this.#pending = pending.subarray(end);
    const plaintext = await openFrame(hpke, pending.subarray(0, end));
    const content = contentOf(plaintext);
    if (content === undefined) throw new ClearError('malformed');
    this.#take(type, content);
    wipe(plaintext);
    return true;
  }

  #checkPrefix(length: number, type: number): void {
    const isLength = length >= FRAME_LENGTH.least && length <= FRAME_LENGTH.most;
    const isType = this.#head === undefined ? type === FRAME.head : type === FRAME.data || type === FRAME.end;
    if (!isLength || !isType) throw new ClearError('malformed');
  }

  #take(type: number, content: Uint8Array): void {
    if (type === FRAME.head) {
      this.#head = readRequestHead(content);
      if (this.#head === undefined) throw new ClearError('malformed');
      return;
    }
    this.#bodyBytes += content.byteLength;
    if (this.#bodyBytes > this.#options.maxRequest) throw new ClearError('too_large');
    this.#pieces.push(concatBytes(content));
    this.#isEnded = type === FRAME.end;
  }

  #wipePieces(): void {
    for (const piece of this.#pieces.splice(0)) wipe(piece);
  }
}

async function openFrame(hpke: RecipientContext, frame: Uint8Array): Promise<Uint8Array> {
  try {
    return await hpke.Open(frame.subarray(PREFIX_BYTES), frame.subarray(0, PREFIX_BYTES));
  } catch {
    throw new ClearError('unopenable');
  }
}

interface Opened {
  readonly context: Context;
  readonly head: RequestHead;
  readonly body: SecureByteContext;
  readonly now: () => number;
}

function openRequest({ context, head, body, now }: Opened): OpenRequest {
  const { secret, fingerprint } = context;
  const idAt = HEADER.magic + HEADER.keyId;
  const enc = fingerprint.subarray(HEADER.all);
  return {
    requestId: hexOf(fingerprint.subarray(idAt, idAt + HEADER.requestId)),
    head,
    body: body.borrow((bytes) => bytes),
    fingerprint,
    answer: () => secret.borrow((bytes) => createAnswerSealer({ secret: bytes, enc, now })),
    dispose() {
      secret.dispose();
      body.dispose();
    },
  };
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
