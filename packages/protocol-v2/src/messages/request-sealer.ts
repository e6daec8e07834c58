/** Seals a request: the client's side of SPEC section 7. */
import { platform } from '#platform';
import { concatBytes, InvalidArgumentError, wipe, type Bytes } from '@nomyo/base';
import { SecureByteContext, type SecureByteContextOptions } from '@nomyo/crypto';
import { protocolError } from '../errors.js';
import { FRAME, LABEL, LIMITS, MAGIC, SIZES } from '../facts.js';
import { FrameSealer, MAX_CONTENT, type PlainFrame } from './frame-sealer.js';
import { encodeRequestHead, type RequestHead } from './head.js';
import type { PublicKemKey } from '../configuration/kem-key.js';
import { fromHex, integer, toHex } from '../layout.js';
import { HEAD_BLOCK, padme, paddingTo } from './padding.js';
import type { Encapsulation } from '../platform/platform.js';
import { publicRandomBytes } from '../public-random.js';
import { schedule, type Context } from '../schedule.js';

/** Opens the answer to one request, and nothing else. */
export interface AnswerSecret {
  readonly secret: SecureByteContext;
  readonly enc: Bytes;
  /** Wipes the secret. Idempotent. */
  readonly dispose: () => void;
}

/** A sealed request. */
export interface SealedRequest {
  /** The body of the POST; resent unchanged after a network failure (SPEC section 9). */
  readonly message: Bytes;
  readonly keyId: string;
  /** 32 hexadecimal digits; the same when one call is sealed again. */
  readonly requestId: string;
  /** Unix seconds. The message may be sent for 120 s. */
  readonly timestamp: number;
  readonly answer: AnswerSecret;
}

/** The request to seal, and the key to seal it to. */
export interface SealOptions {
  readonly key: Pick<PublicKemKey, 'suite' | 'publicKey' | 'keyId'>;
  readonly head: RequestHead;
  /** The caller wipes it. Default: none. */
  readonly body?: Uint8Array;
  /** Unix seconds. */
  readonly now: number;
  /** 32 hexadecimal digits. Default: new and random. */
  readonly requestId?: string;
  /** Largest body that the gateway accepts, from the key configuration. Default: 10,485,760. */
  readonly maxRequest?: number;
  /** `false`: no padding (SPEC section 11). Default: `true`. */
  readonly padding?: boolean;
  /** Of keys, of the answer's secret, and of plaintext while it is sealed. Default: protected where available. */
  readonly memory?: SecureByteContextOptions;
}

/**
 * Seals a request.
 *
 * @throws {NomyoError} `TOO_LARGE` before anything is sealed, when the body is over `maxRequest`
 * @throws {InvalidArgumentError} on a head that does not fit (SPEC section 6)
 */
export async function sealRequest(options: SealOptions): Promise<SealedRequest> {
  const { key, body = new Uint8Array(0), maxRequest = LIMITS.maxRequest } = options;
  if (body.byteLength > maxRequest) throw protocolError('too_large');
  const head = encodeRequestHead(options.head);
  try {
    const frames = [headFrame(head, options.padding ?? true), ...bodyFrames(body, options.padding ?? true)];
    return await sealFrames(options, frames, await encapsulate(key));
  } finally {
    wipe(head);
  }
}

async function encapsulate({ suite, publicKey }: SealOptions['key']): Promise<Encapsulation> {
  return platform.encapsulate(suite, publicKey);
}

/** Seals frames with an encapsulation, and wipes it. Exported for tests only, not by the package. */
export async function sealFrames(
  options: Pick<SealOptions, 'key' | 'now' | 'requestId' | 'memory'>,
  frames: readonly PlainFrame[],
  encapsulation: Encapsulation,
): Promise<SealedRequest> {
  const { key, now, requestId = toHex(publicRandomBytes(SIZES.requestId)), memory } = options;
  try {
    const header = concatBytes(
      MAGIC.request,
      hexOf('keyId', key.keyId),
      hexOf('requestId', requestId),
      integer(now, 8),
    );
    const context = await schedule(key.suite, concatBytes(LABEL.request, header), encapsulation);
    const message = await sealAll(context, frames, concatBytes(header, encapsulation.enc), memory);
    return {
      message,
      keyId: key.keyId,
      requestId,
      timestamp: now,
      answer: answerSecret(context.secret, encapsulation.enc, memory),
    };
  } finally {
    wipe(encapsulation.sharedSecret);
  }
}

/** Wipes the parts of the context that the answer does not need. */
async function sealAll(
  context: Context,
  frames: readonly PlainFrame[],
  prefix: Bytes,
  memory: SecureByteContextOptions | undefined,
): Promise<Bytes> {
  let sealer: FrameSealer | undefined;
  try {
    sealer = await FrameSealer.create(context.key, context.baseNonce, memory);
    return await sealer.seal(frames, prefix);
  } catch (error) {
    wipe(context.secret);
    throw error;
  } finally {
    sealer?.dispose();
    wipe(context.key);
    wipe(context.baseNonce);
  }
}

/** @param secret taken over and wiped */
export function answerSecret(secret: Bytes, enc: Bytes, memory?: SecureByteContextOptions): AnswerSecret {
  const kept = new SecureByteContext(secret, memory);
  return {
    secret: kept,
    enc,
    dispose: () => {
      kept.dispose();
    },
  };
}

function hexOf(name: string, text: string): Bytes {
  const bytes = fromHex(text);
  if (bytes?.byteLength === SIZES.requestId) return bytes;
  throw new InvalidArgumentError(name, 'must be 32 hexadecimal digits');
}

/** HEAD, padded to a multiple of 512. */
export function headFrame(content: Uint8Array, isPadded: boolean): PlainFrame {
  return { type: FRAME.head, content, padding: isPadded ? paddingTo(HEAD_BLOCK, content.byteLength) : 0 };
}

/** A whole body in as many frames as it takes, the last an END, padded by Padmé. */
export function bodyFrames(body: Uint8Array, isPadded: boolean): PlainFrame[] {
  const total = isPadded ? padme(body.byteLength) : body.byteLength;
  const count = Math.max(Math.ceil(total / MAX_CONTENT), 1);
  return Array.from({ length: count }, (_, i) => {
    const [from, to] = [i * MAX_CONTENT, Math.min((i + 1) * MAX_CONTENT, total)];
    const content = body.subarray(from, to);
    return {
      type: i === count - 1 ? FRAME.end : FRAME.data,
      content,
      padding: to - from - content.byteLength,
    };
  });
}
