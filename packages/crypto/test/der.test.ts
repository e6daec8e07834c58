import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DER_TAG, derEncode, derOid, DerReader, derSmallUnsigned, readSmallUnsigned } from '../src/der.js';
import { SecurityError } from '@nomyo/base';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const refused = expect.objectContaining({ code: 'INVALID_KEY' });

describe('DerReader', () => {
  it.each([
    ['the tag of another type', '04 01 00'],
    ['no content', '02 01'],
    ['no length', '02'],
    ['nothing', ''],
    ['a length beyond the end', '02 05 01 02 03 04'],
    ['an indefinite length', '02 80 01 00 00'],
    ['a long form for a short length', '02 81 01 01'],
    ['a length with a leading zero', '02 82 00 80'],
    ['a length of five bytes', '02 85 01 00 00 00 00'],
    ['a cut length', '02 82 01'],
    ['an empty integer', '02 00'],
    ['a negative integer', '02 01 80'],
    ['minus one', '02 01 ff'],
    ['an integer with a needless sign byte', '02 02 00 7f'],
    ['two needless sign bytes', '02 03 00 00 80'],
  ])('refuses %s', (_, bytes) => {
    expect(() => new DerReader(hex(bytes)).unsigned()).toThrow(refused);
  });

  it.each([
    ['02 01 00', ''],
    ['02 01 7f', '7f'],
    ['02 02 00 80', '80'],
    ['02 03 01 00 01', '010001'],
  ])('reads the magnitude of %s as %j', (der, magnitude) => {
    expect(Buffer.from(new DerReader(hex(der)).unsigned()).toString('hex')).toBe(magnitude);
  });

  it('returns views, not copies', () => {
    const bytes = hex('04 02 01 02');
    const content = new DerReader(bytes).read(DER_TAG.octetString);
    bytes.fill(0);
    expect([...content]).toEqual([0, 0]);
  });

  it('demands that nothing follows', () => {
    const reader = new DerReader(hex('05 00 00'));
    reader.read(DER_TAG.null);
    expect(reader.atEnd).toBe(false);
    expect(reader.peek()).toBe(0);
    expect(() => reader.end()).toThrow(refused);
  });

  it('knows small integers and refuses larger ones', () => {
    expect(readSmallUnsigned(new DerReader(hex('02 05 00 ff ff ff ff')))).toBe(0xffffffff);
    expect(readSmallUnsigned(new DerReader(hex('02 01 00')))).toBe(0);
    expect(() => readSmallUnsigned(new DerReader(hex('02 05 01 00 00 00 00')))).toThrow(refused);
  });

  it('throws only typed errors on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const reader = new DerReader(bytes);
        try {
          while (!reader.atEnd) reader.sequence().unsigned();
        } catch (error) {
          expect(error).toBeInstanceOf(SecurityError);
        }
      }),
    );
  });
});

describe('derEncode', () => {
  it.each([0, 1, 127, 128, 255, 256, 65_535, 65_536])('writes and reads a content of %d bytes', (length) => {
    const content = new Uint8Array(length).fill(7);
    const der = derEncode(DER_TAG.octetString, content.subarray(0, 1), content.subarray(1));
    const reader = new DerReader(der);
    expect(reader.read(DER_TAG.octetString)).toEqual(content);
    reader.end();
  });

  it('reads back the integers and object identifiers it writes', () => {
    for (const value of [0, 1, 127, 128, 255, 256, 600_000, 0xffffffff]) {
      expect(readSmallUnsigned(new DerReader(derSmallUnsigned(value)))).toBe(value);
    }
    expect(new DerReader(derOid('2a864886f70d010101')).oid()).toBe('2a864886f70d010101');
  });
});
