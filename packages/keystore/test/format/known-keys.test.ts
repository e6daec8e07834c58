import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatKnownKeys, parseKnownKeys } from '../../src/format/known-keys.js';

const A = `sha256/${'A'.repeat(43)}=`;
const B = `sha256/${'B'.repeat(43)}=`;

describe('a file of known keys', () => {
  it('is read as it was written', () => {
    const known = new Map([
      ['https://one.example/', A],
      ['https://two.example/prefix', B],
    ]);
    expect(parseKnownKeys(formatKnownKeys(known))).toEqual({ content: known });
    expect(parseKnownKeys(formatKnownKeys(new Map()))).toEqual({ content: new Map() });
  });

  it('may have comments, empty lines and CRLF', () => {
    const text = `# mine\r\n\r\nhttps://one.example/ ${A}\r\n`;
    expect(parseKnownKeys(text)).toEqual({ content: new Map([['https://one.example/', A]]) });
  });

  it.each([
    ['no fingerprint', 'https://one.example/', 1],
    ['another hash', `# note\nhttps://one.example/ md5/${'A'.repeat(43)}=`, 2],
    ['something after the fingerprint', `https://one.example/ ${A} `, 1],
    ['two spaces', `https://one.example/  ${A}`, 1],
    ['one name twice', `a ${A}\n\na ${A}`, 3],
  ])('with %s is damaged', (_name, text, damagedLine) => {
    expect(parseKnownKeys(text)).toEqual({ damagedLine });
  });

  it('never throws, whatever is in it', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseKnownKeys(text)));
  });
});
