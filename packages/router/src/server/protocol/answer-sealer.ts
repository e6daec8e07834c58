/** Seals one answer (SPEC §8): keys as OHTTP derives them (RFC 9458 §4.4), frames with AES-256-GCM of `node:crypto`. */
import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { allocateBytes, concatBytes, utf8Encode, wipe } from '@nomyo/base';
import { SecureByteContext } from '@nomyo/crypto';
import type { AnswerHead } from '../exchange/answer.js';
import {
  FRAME,
  frameBytes,
  layFrame,
  MAX_CONTENT_BYTES,
  PADDING,
  paddedToMultiple,
  padme,
  PREFIX_BYTES,
  readU32,
  writeU32,
  type FrameType,
} from './frames.js';
import { writeAnswerHead } from './heads.js';
import type { AnswerSealer } from './port.js';

/** Sizes in bytes. */
const SIZE = { nonce: 32, key: 32, baseNonce: 12, tag: 16 } as const;

const MAGIC = utf8Encode('NYR2');

export interface SealerOptions {
  /** Exported from the request's context; 32 bytes. */
  readonly secret: Uint8Array;
  readonly enc: Uint8Array;
  /** Unix seconds. */
  readonly now: () => number;
  /** 32 bytes. Default: random. For vectors. */
  readonly responseNonce?: Uint8Array;
}

/** A sealer, and for vectors its frames as they are asked for. */
export interface FrameSealer extends AnswerSealer {
  readonly opening: Uint8Array;
  frame(type: FrameType, content: Uint8Array, paddedTo: number): Uint8Array;
}

export function createAnswerSealer(options: SealerOptions): FrameSealer {
  const { secret, enc, now } = options;
  const nonce = options.responseNonce ?? randomBytes(SIZE.nonce);
  // HKDF is Extract and Expand in one: both keys have the same prk.
  const salt = concatBytes(enc, nonce);
  const key = new SecureByteContext(hkdfSync('sha256', secret, salt, 'key', SIZE.key));
  const baseNonce = bytesOf(hkdfSync('sha256', secret, salt, 'nonce', SIZE.baseNonce));
  let index = 0;
  const frame = (type: FrameType, content: Uint8Array, paddedTo: number): Uint8Array => {
    const sealed = allocateBytes(frameBytes(content.byteLength, paddedTo));
    layFrame(type, content, paddedTo, sealed);
    const iv = frameNonce(baseNonce, index);
    index += 1;
    key.borrow((bytes) => sealInPlace(sealed, bytes, iv));
    return sealed;
  };
  let isStream = false;
  const headFrame = (type: FrameType, head: AnswerHead): Uint8Array => {
    const content = writeAnswerHead(head, Math.floor(now()));
    return frame(type, content, paddedToMultiple(content.byteLength, PADDING.head));
  };
  return {
    opening: concatBytes(MAGIC, nonce),
    frame,
    head(head, stream) {
      isStream = stream;
      return concatBytes(MAGIC, nonce, headFrame(FRAME.head, head));
    },
    data: (content) => streamFrame(frame, FRAME.data, content),
    end: (content) => (isStream ? streamFrame(frame, FRAME.end, content) : wholeBody(frame, content)),
    abort: (head) => headFrame(FRAME.abort, head),
    dispose: () => key.dispose(),
  };
}

type SealFrame = FrameSealer['frame'];

function streamFrame(frame: SealFrame, type: FrameType, content: Uint8Array): Uint8Array {
  return frame(type, content, paddedToMultiple(content.byteLength, PADDING.streamFrame));
}

/** SPEC §11: Padmé of the whole body, in frames as large as they may be. */
function wholeBody(frame: SealFrame, body: Uint8Array): Uint8Array {
  const total = padme(body.byteLength, PADDING.body);
  const frames: Uint8Array[] = [];
  let at = 0;
  while (total - at > MAX_CONTENT_BYTES) {
    frames.push(frame(FRAME.data, body.subarray(at, at + MAX_CONTENT_BYTES), MAX_CONTENT_BYTES));
    at += MAX_CONTENT_BYTES;
  }
  frames.push(frame(FRAME.end, body.subarray(at), total - at));
  return frames.length === 1 ? (frames[0] ?? body) : concatBytes(...frames);
}

/** SPEC §5: `base_nonce XOR i`. */
function frameNonce(baseNonce: Uint8Array, index: number): Uint8Array {
  const nonce = concatBytes(baseNonce);
  const at = nonce.byteLength - 4;
  writeU32(nonce, at, (readU32(nonce, at) ^ index) >>> 0);
  return nonce;
}

/** The plaintext is encrypted where it lies; its tag goes behind it. */
function sealInPlace(frame: Uint8Array, key: Uint8Array, iv: Uint8Array): void {
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: SIZE.tag });
  const plain = frame.subarray(PREFIX_BYTES, frame.byteLength - SIZE.tag);
  cipher.setAAD(frame.subarray(0, PREFIX_BYTES));
  const sealed = cipher.update(plain);
  cipher.final();
  wipe(plain);
  plain.set(sealed);
  frame.set(cipher.getAuthTag(), frame.byteLength - SIZE.tag);
}

function bytesOf(buffer: ArrayBuffer): Uint8Array {
  return new Uint8Array(buffer);
}
