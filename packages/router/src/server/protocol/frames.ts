/** Frames of SPEC §5: LENGTH u32 ‖ TYPE u8 ‖ ciphertext; plaintext is content length u32 ‖ content ‖ zeros. */

export const FRAME = { head: 1, data: 2, end: 3, abort: 4 } as const;

export type FrameType = (typeof FRAME)[keyof typeof FRAME];

/** Bytes of LENGTH and TYPE. */
export const PREFIX_BYTES = 5;

/** Values that LENGTH may have, in bytes. */
export const FRAME_LENGTH = { least: 20, most: 262_144 } as const;

const TAG_BYTES = 16;
const COUNT_BYTES = 4;

/** Most content of one frame, without padding. */
export const MAX_CONTENT_BYTES: number = FRAME_LENGTH.most - TAG_BYTES - COUNT_BYTES;

/** SPEC §11: heads, whole bodies, frames of a stream; in bytes. */
export const PADDING = { head: 512, body: 1_024, streamFrame: 256 } as const;

export function readU32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at);
}

export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).setUint32(at, value);
}

/** The content of a frame, as a view of its plaintext; `undefined` when length or padding are wrong. */
export function contentOf(plaintext: Uint8Array): Uint8Array | undefined {
  const length = readU32(plaintext, 0);
  const end = COUNT_BYTES + length;
  if (end > plaintext.byteLength) return undefined;
  const isPadded = plaintext.subarray(end).every((byte) => byte === 0);
  return isPadded ? plaintext.subarray(COUNT_BYTES, end) : undefined;
}

/**
 * LENGTH and TYPE, and behind them room for the plaintext and its tag, with the plaintext in place.
 *
 * @param paddedTo length of content and padding together, in bytes; less than the content: no padding
 */
export function layFrame(type: FrameType, content: Uint8Array, paddedTo: number, frame: Uint8Array): void {
  const plain = COUNT_BYTES + Math.max(content.byteLength, paddedTo);
  writeU32(frame, 0, plain + TAG_BYTES);
  frame[COUNT_BYTES] = type;
  writeU32(frame, PREFIX_BYTES, content.byteLength);
  frame.set(content, PREFIX_BYTES + COUNT_BYTES);
}

export function frameBytes(contentLength: number, paddedTo: number): number {
  return PREFIX_BYTES + COUNT_BYTES + Math.max(contentLength, paddedTo) + TAG_BYTES;
}

/** Plaintext of a multiple of `unit` bytes, with its 4-byte length, as far as a frame can hold it. */
export function paddedToMultiple(contentLength: number, unit: number): number {
  const plain = Math.ceil((COUNT_BYTES + contentLength) / unit) * unit;
  return Math.min(plain - COUNT_BYTES, MAX_CONTENT_BYTES);
}

/** Padmé of SPEC §11: at most 12 % more. */
export function padme(length: number, least: number): number {
  const n = Math.max(length, least);
  const e = Math.floor(Math.log2(n));
  const s = Math.floor(Math.log2(e)) + 1;
  const unit = 2 ** (e - s);
  return Math.ceil(n / unit) * unit;
}
