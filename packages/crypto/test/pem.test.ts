import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodePem, encodePem, NomyoError, PEM_LABEL } from '../src/index.js';
import { keyFile } from './support/vectors.js';
import { recipientPem } from './support/keys.js';
import { wrongArgument } from './support/errors.js';

const DER = Uint8Array.from({ length: 100 }, (_, i) => i);
const PEM = Buffer.from(encodePem('THING', DER)).toString('latin1');
const refused = expect.objectContaining({ code: 'INVALID_KEY' });

describe('decodePem', () => {
  it('reads text and bytes alike', () => {
    expect(decodePem(PEM)).toEqual({ label: 'THING', der: DER });
    expect(decodePem(Buffer.from(PEM))).toEqual({ label: 'THING', der: DER });
  });

  it.each([
    ['CRLF line ends', PEM.replaceAll('\n', '\r\n')],
    ['bare CR line ends', PEM.replaceAll('\n', '\r')],
    ['text before the block', `Bag Attributes\n    localKeyID: 01\nKey Attributes: <No Attributes>\n${PEM}`],
    ['dashes before the block', `-----\n-- -----BEGI\n${PEM}`],
    ['text behind the block', `${PEM}\nand so on`],
    ['a second block', `${PEM}${PEM.replaceAll('THING', 'OTHER')}`],
    ['no line end at the end', PEM.trimEnd()],
    ['one long line', PEM.replace(/(?<=[A-Za-z0-9+/])\n(?=[A-Za-z0-9+/])/g, '')],
    ['blank lines, tabs and spaces', PEM.replaceAll('\n', ' \t\n\n')],
  ])('takes %s (RFC 7468 §2)', (_, pem) => {
    expect(decodePem(pem)).toEqual({ label: 'THING', der: DER });
  });

  it.each([
    ['nothing', ''],
    ['no block', 'hello'],
    ['no end', PEM.slice(0, PEM.indexOf('-----END'))],
    ['a cut end', PEM.slice(0, PEM.lastIndexOf('-----'))],
    ['a cut label at the end', PEM.slice(0, PEM.indexOf('END THING') + 7)],
    ['another label at the end', PEM.replace('END THING', 'END OTHER')],
    ['a longer label at the end', PEM.replace('END THING', 'END THINGS')],
    ['a shorter label at the end', PEM.replace('END THING', 'END THIN')],
    ['a line end in the label', PEM.replaceAll('THING', 'TH\nING')],
    ['a header (RFC 1421)', PEM.replace('-----\n', '-----\nProc-Type: 4,ENCRYPTED\n\n')],
    ['URL alphabet', PEM.replace('/', '_').replace('+', '-').replace('A', '-')],
    ['a missing character', PEM.replace('-----\nA', '-----\n')],
    ['a missing padding', PEM.replaceAll('=', '')],
    ['a block within a block', PEM.replace('-----\n', `-----\n${PEM}`)],
  ])('refuses %s', (_, pem) => {
    expect(() => decodePem(pem)).toThrow(refused);
  });

  it('refuses a key that was cut at any place', () => {
    const end = recipientPem.lastIndexOf('-----') + 5;
    for (let length = 0; length < end; length += 13) {
      expect(() => decodePem(recipientPem.slice(0, length))).toThrow(refused);
    }
  });

  it('reads and refuses large input without delay', () => {
    const large = new Uint8Array(3_000_000).fill(65);
    const pem = encodePem('LARGE', large);
    expect(decodePem(pem).der.byteLength).toBe(large.byteLength);
    expect(() => decodePem('-'.repeat(1_000_000))).toThrow(refused);
    expect(() => decodePem('-----BEGIN '.repeat(100_000))).toThrow(refused);
  });

  it('throws only typed errors on random bytes and on damaged PEM', () => {
    const damaged = fc.tuple(fc.nat(PEM.length - 1), fc.nat(255)).map(([at, byte]) => {
      const bytes = Buffer.from(PEM);
      bytes[at] = byte;
      return new Uint8Array(bytes);
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged), (bytes) => {
        try {
          decodePem(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(NomyoError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('names the argument that is not PEM', async () => {
    expect(await wrongArgument(() => decodePem(undefined as unknown as string))).toBe('pem');
    expect(await wrongArgument(() => decodePem(new ArrayBuffer(8) as unknown as Uint8Array))).toBe('pem');
  });

  it.each(['crlf.pem', 'with-preamble.pem', 'pkcs8.pem'])('finds the same key in %s', (name) => {
    const { label, der } = decodePem(keyFile(name));
    expect(label).toBe(PEM_LABEL.privateKey);
    expect(Buffer.from(der).equals(Buffer.from(decodePem(recipientPem).der))).toBe(true);
  });
});

describe('encodePem', () => {
  it.each([0, 1, 47, 48, 49, 96, 1000])('writes %d bytes in lines of 64 characters', (length) => {
    const der = new Uint8Array(length).fill(0xa5);
    const pem = Buffer.from(encodePem('THING', der)).toString('latin1');
    const lines = pem.split('\n');
    expect(lines[0]).toBe('-----BEGIN THING-----');
    expect(lines.slice(1, -3).every((line) => line.length === 64)).toBe(true);
    expect(lines.at(-2)).toBe('-----END THING-----');
    expect(lines.at(-1)).toBe('');
    expect(decodePem(pem).der).toEqual(der);
  });
});
