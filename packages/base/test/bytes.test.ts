import { describe, expect, it } from '@jest/globals';
import {
  allocateBytes,
  concatBytes,
  equalBytes,
  randomBytes,
  utf8Decode,
  utf8Encode,
  wipe,
} from '../src/index.js';

describe('bytes', () => {
  it('are allocated outside the JavaScript heap, each in its own buffer', () => {
    const bytes = allocateBytes(32);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    expect(bytes.buffer.byteLength).toBe(32);
    expect(bytes.byteOffset).toBe(0);
  });

  it('are wiped within a view and nowhere else', () => {
    const whole = Uint8Array.of(1, 2, 3, 4);
    wipe(whole.subarray(1, 3));
    expect([...whole]).toEqual([1, 0, 0, 4]);
  });

  it('are random, and differ from call to call', () => {
    const seen = new Set(Array.from({ length: 500 }, () => Buffer.from(randomBytes(12)).toString('hex')));
    expect(seen.size).toBe(500);
    expect(randomBytes(0).byteLength).toBe(0);
  });

  it('are joined by copying', () => {
    const part = Uint8Array.of(1, 2);
    const joined = concatBytes(part, new Uint8Array(0), Uint8Array.of(3));
    part.fill(9);
    expect([...joined]).toEqual([1, 2, 3]);
    expect(concatBytes().byteLength).toBe(0);
  });

  it('are compared in full', () => {
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(equalBytes(Uint8Array.of(0, 2), Uint8Array.of(1, 2))).toBe(false);
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBe(false);
    expect(equalBytes(new Uint8Array(0), new Uint8Array(0))).toBe(true);
  });
});

describe('UTF-8', () => {
  it('keeps a byte order mark', () => {
    expect(utf8Decode(utf8Encode('\uFEFFx'))).toBe('\uFEFFx');
  });

  it('is refused when malformed, and the decoder works afterwards', () => {
    for (const bytes of [
      [0xff],
      [0xc3],
      [0xe2, 0x82],
      [0xf0, 0x9f, 0x98],
      [0xed, 0xa0, 0x80],
      [0xc0, 0x80],
    ]) {
      expect(() => utf8Decode(Uint8Array.from(bytes))).toThrow(/not valid/);
      expect(utf8Decode(utf8Encode('größer 😀'))).toBe('größer 😀');
    }
  });
});
