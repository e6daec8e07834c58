import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readPreamble, writePreamble } from '../../src/format/preamble.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const FINGERPRINT = `sha256/${'A'.repeat(43)}=`;
const BLOCK = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n';

const file = (preamble: Uint8Array): Uint8Array => Uint8Array.from([...preamble, ...utf8(BLOCK)]);

describe('the text before the key', () => {
  it('says when the pair was made and what it replaced', () => {
    const createdAt = Date.UTC(2026, 10, 24, 1, 2, 3, 456);
    const text = writePreamble({ createdAt, replaces: [FINGERPRINT], digest: FINGERPRINT });
    expect(new TextDecoder().decode(text)).toContain('\nCreated: 2026-11-24T01:02:03.456Z\n');
    expect(readPreamble(file(text))).toEqual({ createdAt, replaces: [FINGERPRINT], digest: FINGERPRINT });
  });

  it('comes back as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.nat(3), (createdAt, count) => {
        const replaces = Array<string>(count).fill(FINGERPRINT);
        const record = { createdAt, replaces, digest: undefined };
        expect(readPreamble(file(writePreamble(record)))).toEqual(record);
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['what openssl pkcs12 writes', 'Bag Attributes\n    friendlyName: x\n'],
    ['no time', 'Created: yesterday\n'],
    ['a time that is none', 'Created: 2026-13-41T25:61:61Z\n'],
    ['a local time', 'Created: 2026-11-24T01:02:03\n'],
    ['no fingerprint', 'Replaces: sha256/short=\n'],
    ['bytes that are no text', '\u{fffd}\0\x80'],
  ])('is ignored when it says %s', (_name, text) => {
    expect(readPreamble(file(utf8(text)))).toEqual({ createdAt: undefined, replaces: [], digest: undefined });
  });

  it('keeps a damaged digest, which is no digest of any key', () => {
    for (const digest of ['sha25/short=', `${FINGERPRINT}=`, FINGERPRINT.slice(0, 20)]) {
      expect(readPreamble(file(utf8(`Digest: ${digest}\n`))).digest).toBe(digest);
    }
  });

  it('is read with Windows line endings', () => {
    expect(readPreamble(file(utf8('a\r\nCreated: 2026-11-24T01:02:03Z\r\n'))).createdAt).toBe(
      Date.UTC(2026, 10, 24, 1, 2, 3),
    );
  });

  it('ends where the key begins', () => {
    const late = utf8(`${BLOCK}Created: 2026-11-24T01:02:03Z\n`);
    expect(readPreamble(late).createdAt).toBeUndefined();
    expect(readPreamble(utf8('Created: 2026-11-24T01:02:03Z\n')).createdAt).toBeUndefined();
  });
});
