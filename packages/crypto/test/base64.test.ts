import { isCanonicalBase64 } from '#runtime';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { base64DecodeInto, base64Length, decodeBase64, encodeBase64 } from '../src/base64.js';
import { SecurityError, utf8Encode } from '@nomyo/base';
import * as nodeEngine from '../src/runtime/runtime.node.js';
import * as webEngine from '../src/runtime/runtime.web.js';

/** RFC 4648 §10. */
const RFC_VECTORS = [
  ['', ''],
  ['f', 'Zg=='],
  ['fo', 'Zm8='],
  ['foo', 'Zm9v'],
  ['foob', 'Zm9vYg=='],
  ['fooba', 'Zm9vYmE='],
  ['foobar', 'Zm9vYmFy'],
] as const;

const NOT_CANONICAL = [
  ['no padding', 'Zg'],
  ['half the padding', 'Zg='],
  ['too much padding', 'Zm8=='],
  ['padding alone', '===='],
  ['three paddings', 'Z==='],
  ['padding inside', 'Zg==Zg=='],
  ['padding in the middle of a quantum', 'Z=g='],
  ['stray bits behind one byte', 'Zh=='],
  ['stray bits behind two bytes', 'Zm9='],
  ['URL alphabet, minus', '-m9v'],
  ['URL alphabet, underscore', '_m9v'],
  ['space', 'Zm9 '],
  ['leading space', ' Zm9vZm9'],
  ['line feed inside', 'Zm9v\nZm9v'],
  ['line feed at the end', 'Zm9v\n'],
  ['four line feeds', 'Zm9v\n\n\n\n'],
  ['NUL', 'Zm9\0'],
  ['other character', 'Zm9*'],
  ['latin-1', 'Zm9é'],
  ['wide character', 'Zm9😀'],
  ['one character more', 'Zm9vZ'],
] as const;

const PIECE = base64Length(48 * 1024);

/** Whether base64 is the one that Buffer itself would write. */
function isCanonicalToBuffer(text: Uint8Array): boolean {
  const ascii = Buffer.from(text).toString('latin1');
  return Buffer.from(ascii, 'base64').toString('base64') === ascii;
}

describe('base64', () => {
  it.each(RFC_VECTORS)('writes and reads %j as %j (RFC 4648 §10)', (text, base64) => {
    expect(encodeBase64(utf8Encode(text))).toBe(base64);
    expect([...decodeBase64(base64)]).toEqual([...utf8Encode(text)]);
    expect([...decodeBase64(utf8Encode(base64))]).toEqual([...utf8Encode(text)]);
  });

  it.each(NOT_CANONICAL)('refuses %s', (_, base64) => {
    expect(() => decodeBase64(base64)).toThrow(expect.objectContaining({ code: 'INVALID_ENVELOPE' }));
    expect(() => base64DecodeInto(utf8Encode(base64), new Uint8Array(64))).toThrow(SecurityError);
  });

  it('agrees with Buffer on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const expected = Buffer.from(bytes).toString('base64');
        expect(encodeBase64(bytes)).toBe(expected);
        expect(Buffer.from(decodeBase64(expected)).equals(Buffer.from(bytes))).toBe(true);
      }),
    );
  });

  it('does not quote what it refuses', () => {
    expect(() => decodeBase64('secret-password!')).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('secret') }),
    );
  });
});

describe.each([
  ['in use here', isCanonicalBase64],
  ['of Node', nodeEngine.isCanonicalBase64],
  ['of the web', webEngine.isCanonicalBase64],
])('isCanonicalBase64 of the engine %s', (_, isCanonical) => {
  it('accepts the output of RFC 4648 and nothing that is not canonical', () => {
    for (const [, base64] of RFC_VECTORS) {
      expect([base64, isCanonical(utf8Encode(base64))]).toEqual([base64, true]);
    }
    for (const [why, base64] of NOT_CANONICAL) {
      expect([why, isCanonical(utf8Encode(base64))]).toEqual([why, false]);
    }
  });

  it('agrees with Buffer on canonical text with up to three characters replaced', () => {
    const damaged = fc.tuple(
      fc.uint8Array({ maxLength: 90 }),
      fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 3 }),
    );
    fc.assert(
      fc.property(damaged, ([bytes, changes]) => {
        const text = utf8Encode(encodeBase64(bytes));
        for (const [at, byte] of changes) if (at < text.byteLength) text[at] = byte;
        expect(isCanonical(text)).toBe(isCanonicalToBuffer(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('agrees with Buffer on random text of the alphabets, padding and space', () => {
    const character = fc.constantFrom(...'ABCZabcz0189+/-_= \n'.split(''));
    fc.assert(
      fc.property(fc.array(character, { maxLength: 24 }), (characters) => {
        const text = utf8Encode(characters.join(''));
        expect(isCanonical(text)).toBe(isCanonicalToBuffer(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('finds one wrong character anywhere around the border of two pieces', () => {
    const text = utf8Encode(encodeBase64(new Uint8Array((PIECE / 4) * 3 + 6)));
    expect(isCanonical(text)).toBe(true);
    for (let at = PIECE - 6; at < text.byteLength; at += 1) {
      for (const character of '=-_ \n*') {
        const original = text[at] ?? 0;
        text[at] = character.charCodeAt(0);
        expect([at, character, isCanonical(text)]).toEqual([at, character, isCanonicalToBuffer(text)]);
        text[at] = original;
      }
    }
  });

  it('accepts a view that does not begin at the start of its buffer', () => {
    expect(isCanonical(utf8Encode('**Zm9v**').subarray(2, 6))).toBe(true);
  });
});
