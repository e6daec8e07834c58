import { describe, expect, it } from '@jest/globals';
import {
  checkJsonObject,
  decodePayload,
  encodePayload,
  openEnvelope,
  SecureByteContext,
  selectText,
} from '../../src/index.js';
import { MAX_JSON_DEPTH, shapeOf } from '../../src/json/parse.js';
import { caught, securityCode } from '../support/errors.js';
import { smallKey } from '../support/keys.js';

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const MIB = 1024 * 1024;

describe('shapeOf', () => {
  it.each<[string, ReturnType<typeof shapeOf>]>([
    ['{}', 'object'],
    [' \t\r\n{"a":[1,{"b":2}]}', 'object'],
    ['[]', 'not a JSON object'],
    ['"text"', 'not a JSON object'],
    ['', 'not a JSON object'],
    [nested(MAX_JSON_DEPTH), 'object'],
    [nested(MAX_JSON_DEPTH + 1), 'nested too deeply'],
    [`{"a":${'['.repeat(MAX_JSON_DEPTH)}`, 'nested too deeply'],
    [`{"a":"${'['.repeat(1000)}"}`, 'object'],
    [`{"a":"\\"${'['.repeat(1000)}"}`, 'object'],
    [`{"a":"\\\\","b":${'['.repeat(1000)}}`, 'nested too deeply'],
    [`{"a":"never closed ${'['.repeat(1000)}`, 'object'],
  ])('%s: %s', (json, shape) => {
    expect(shapeOf(utf8(json))).toBe(shape);
  });

  it('counts members and elements', () => {
    expect(shapeOf(utf8('{"a":[1,2,3]}'), 4)).toBe('object');
    expect(shapeOf(utf8('{"a":[1,2,3,4]}'), 4)).toBe('too wide');
    expect(shapeOf(utf8(`{"a":[${'[],'.repeat(1000)}1]}`), 1000)).toBe('too wide');
  });
});

describe('40 MB of brackets', () => {
  const large = 40 * MIB;
  const bracketed = (start: string): Uint8Array<ArrayBuffer> => {
    const bytes = new Uint8Array(large).fill('['.charCodeAt(0));
    bytes.set(utf8(start));
    return bytes;
  };

  it.each(['[', '{"a":', '{"version":"1.0","a":['])(
    'are not an envelope, and are not parsed: %s',
    async (start) => {
      const envelope = bracketed(start);
      const before = process.memoryUsage();
      const key = await smallKey();
      expect(await securityCode(() => openEnvelope(envelope, key))).toBe('INVALID_ENVELOPE');
      const { heapTotal, external } = process.memoryUsage();
      expect(heapTotal + external - before.heapTotal - before.external).toBeLessThan(100 * MIB);
    },
  );

  it('many small arrays are not an envelope either', async () => {
    const body = utf8(`{"a":[${'[],'.repeat(MIB)}1]}`);
    expect(await caught(async () => openEnvelope(body, await smallKey()))).toMatchObject({
      code: 'INVALID_ENVELOPE',
      message: 'invalid envelope: the body is too wide',
    });
  });

  it.each(['[', '{"a":'])('are not a payload: %s', async (start) => {
    const bytes = bracketed(start);
    expect(await securityCode(() => checkJsonObject(bytes))).toBe('INVALID_PLAINTEXT');
    expect(await securityCode(() => decodePayload(new SecureByteContext(bytes)))).toBe('INVALID_PLAINTEXT');
  });
});

describe('the one limit of depth', () => {
  const deepest = (depth: number): object => JSON.parse(nested(depth)) as object;

  it('holds for writing and for reading, in every way', async () => {
    const fits = encodePayload(deepest(MAX_JSON_DEPTH));
    fits.borrow(checkJsonObject);
    expect(decodePayload(fits)).toEqual(deepest(MAX_JSON_DEPTH));
    const tooDeep = utf8(nested(MAX_JSON_DEPTH + 1));
    expect(await caught(() => encodePayload(deepest(MAX_JSON_DEPTH + 1)))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    for (const read of [
      () => checkJsonObject(tooDeep),
      () => selectText(tooDeep, ['a', 'a']),
      () => decodePayload(new SecureByteContext(tooDeep.slice())),
    ]) {
      expect(await securityCode(read)).toBe('INVALID_PLAINTEXT');
    }
  });
});

describe('an answer in the clear', () => {
  it.each(['{"object":"chat.completion","choices":[]}', '{}', '{"error":{"message":"no"}}'])(
    'is reported as such, not as another version: %s',
    async (body) => {
      expect(await caught(async () => openEnvelope(utf8(body), await smallKey()))).toMatchObject({
        code: 'INVALID_ENVELOPE',
        message: expect.stringContaining('the router answered in the clear'),
      });
    },
  );

  it('is distinguished from an envelope of another version', async () => {
    const body = utf8('{"version":"2.0","algorithm":"x","encrypted_payload":{},"encrypted_aes_key":""}');
    expect(await caught(async () => openEnvelope(body, await smallKey()))).toMatchObject({
      message: expect.stringContaining('unsupported version'),
    });
  });
});
