/** Heads of SPEC §6: fields tag u8 ‖ length u16 ‖ value, in strictly ascending order of tags. */
import { utf8Encode } from '@nomyo/base';
import type { AnswerHead } from '../exchange/answer.js';
import { isTier } from '../json/values.js';
import { ByteReader, ByteWriter } from '../keys/layout.js';
import type { RequestHead } from './port.js';

/** Largest head, in bytes. */
const MAX_HEAD_BYTES = 16_384;

const TAG = {
  method: 0x01,
  path: 0x02,
  contentType: 0x03,
  authorization: 0x04,
  tier: 0x05,
  status: 0x11,
  answerType: 0x12,
  code: 0x13,
  retryAfter: 0x14,
  appliedTier: 0x15,
  processedAt: 0x16,
} as const;

/** What each field of a request may hold; the length in bytes stands in front. */
const REQUEST_FIELDS: ReadonlyMap<number, { readonly most: number; readonly form: RegExp }> = new Map([
  [TAG.method, { most: 4, form: /^(?:GET|POST)$/u }],
  [TAG.path, { most: 2_048, form: /^\/[!-~]*$/u }],
  [TAG.contentType, { most: 255, form: /^[ -~]+$/u }],
  [TAG.authorization, { most: 8_192, form: /^[ -~]+$/u }],
  [TAG.tier, { most: 8, form: /^(?:standard|high|maximum)$/u }],
]);

/** @returns `undefined` when it is malformed */
export function readRequestHead(content: Uint8Array): RequestHead | undefined {
  const fields = content.byteLength > MAX_HEAD_BYTES ? undefined : readFields(content);
  const method = fields?.get(TAG.method);
  const path = fields?.get(TAG.path);
  if (fields === undefined || method === undefined || path === undefined) return undefined;
  const tier = fields.get(TAG.tier);
  return {
    method,
    path,
    contentType: fields.get(TAG.contentType),
    authorization: fields.get(TAG.authorization),
    tier: isTier(tier) ? tier : undefined,
  };
}

function readFields(content: Uint8Array): ReadonlyMap<number, string> | undefined {
  const reader = new ByteReader(content);
  const fields = new Map<number, string>();
  let last = 0;
  while (!reader.isAtEnd) {
    const tag = reader.u8();
    const value = reader.text(reader.u16());
    const rule = REQUEST_FIELDS.get(tag);
    if (reader.isShort || rule === undefined || tag <= last) return undefined;
    if (value.length > rule.most || !rule.form.test(value)) return undefined;
    fields.set(tag, value);
    last = tag;
  }
  return fields;
}

/** @param processedAt Unix seconds */
export function writeAnswerHead(head: AnswerHead, processedAt: number): Uint8Array {
  const { status, contentType, code, retryAfter, tier } = head;
  const writer = new ByteWriter();
  writer.u8(TAG.status).u16(2).u16(status);
  const text = (tag: number, value: string | undefined): void => {
    if (value === undefined) return;
    const bytes = utf8Encode(value);
    writer.u8(tag).u16(bytes.byteLength).bytes(bytes);
  };
  text(TAG.answerType, contentType);
  text(TAG.code, code);
  if (retryAfter !== undefined) writer.u8(TAG.retryAfter).u16(4).u32(retryAfter);
  text(TAG.appliedTier, tier);
  writer.u8(TAG.processedAt).u16(8).u64(processedAt);
  return writer.take();
}
