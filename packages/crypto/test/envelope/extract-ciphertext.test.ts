import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openEnvelope, type RsaPrivateKey } from '../../src/index.js';
import { extractCiphertext, type Extracted } from '../../src/envelope/extract-ciphertext.js';
import { sealIndependently, wireBytes, type WireEnvelope } from '../independent.js';
import { securityCode } from '../support/errors.js';
import { smallKey } from '../support/keys.js';

const LONG = 'QUJD'.repeat(2000);
const OTHER = 'REVG'.repeat(2000);

const lift = (json: string): Extracted | undefined => extractCiphertext(new TextEncoder().encode(json));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** The JSON with what was extracted put back. */
function rejoined(json: string): string {
  const extracted = lift(json);
  if (extracted === undefined) return json;
  return text(extracted.json).replace(extracted.placeholder, text(extracted.text));
}

describe('extractCiphertext', () => {
  it('takes out the first long string, as a view', () => {
    const json = new TextEncoder().encode(`{"a":"x","b":"${LONG}","c":"${OTHER}"}`);
    const extracted = extractCiphertext(json);
    expect(text(extracted?.text ?? json)).toBe(LONG);
    expect(extracted?.text.buffer).toBe(json.buffer);
    const rest: unknown = JSON.parse(text(extracted?.json ?? json));
    expect(rest).toEqual({ a: 'x', b: extracted?.placeholder, c: OTHER });
  });

  it.each([
    ['nothing', ''],
    ['no string', '{}'],
    ['a short string', `{"a":"${'QUJD'.repeat(500)}"}`],
    ['a long string that is no base64', `{"a":"${'x y '.repeat(2000)}"}`],
    ['a long string with an escape', `{"a":"\\u0051${LONG}"}`],
    ['a long string that ends with an escaped quote', `{"a":"${LONG}\\"${LONG}"}`],
    ['a long string without an end', `{"a":"${LONG}`],
    ['a long string that ends in a backslash', `{"a":"${LONG}\\`],
  ])('leaves %s alone', (_, json) => {
    expect(lift(json)).toBeUndefined();
  });

  it('finds its way past escaped quotes and backslashes', () => {
    for (const before of ['\\"', '\\\\', '\\\\\\"', 'a\\\\\\\\', '\\"\\"', '\\u0022']) {
      const json = `{"a":"${before}","b":"${LONG}"}`;
      const found = lift(json)?.text ?? new Uint8Array();
      expect([before, text(found) === LONG, rejoined(json) === json]).toEqual([before, true, true]);
    }
  });

  it('keeps the meaning of any JSON exactly', () => {
    const value = fc.oneof(fc.constantFrom(LONG, OTHER, '', '"', '\\'), fc.string(), fc.integer());
    const anyJson = fc
      .oneof(fc.dictionary(fc.string(), value), fc.array(value))
      .map((data) => JSON.stringify(data));
    fc.assert(
      fc.property(anyJson, (json) => expect(rejoined(json)).toBe(json)),
      { numRuns: 500 },
    );
  });

  it('keeps malformed JSON malformed', () => {
    const piece = fc.constantFrom('"', '\\', '{', '}', ',', ':', ' ', 'x', `"${LONG}"`, LONG);
    const isJson = (json: string): boolean => {
      try {
        JSON.parse(json);
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const json = pieces.join('');
        expect(rejoined(json)).toBe(json);
        const rest = lift(json)?.json ?? new TextEncoder().encode(json);
        expect(isJson(text(rest))).toBe(isJson(json));
      }),
      { numRuns: 1000 },
    );
  });

  it('is linear: quotes, escaped quotes and backslashes by the hundred thousand', () => {
    for (const unit of ['"', '\\"', '\\\\', '"\\', '":"']) lift(`{"a":"${unit.repeat(300_000)}"}`);
  });
});

describe('an envelope with long strings', () => {
  const plaintext = Buffer.from(JSON.stringify({ text: 'x'.repeat(10_000) }));
  let key: RsaPrivateKey;
  let wire: WireEnvelope;

  beforeAll(async () => {
    key = await smallKey();
    wire = sealIndependently(plaintext, key.publicKey.pem);
  });

  const opens = async (envelope: Uint8Array): Promise<boolean> =>
    (await openEnvelope(envelope, key)).plaintext.use((bytes) => plaintext.equals(bytes));

  it.each<[string, () => Uint8Array]>([
    ['as it is', () => wireBytes(wire)],
    ['behind another long base64 string', () => wireBytes({ x: LONG, ...wire })],
    ['behind a long string that is none', () => wireBytes({ x: 'é '.repeat(5000), ...wire })],
    ['before a long string', () => wireBytes({ ...wire, x: LONG })],
    ['behind a long member name', () => wireBytes({ [LONG]: 1, ...wire })],
    ['with its slashes escaped', () => Buffer.from(JSON.stringify(wire).replaceAll('/', '\\/'))],
    [
      'behind another ciphertext of the same name',
      () => Buffer.from(JSON.stringify(wire).replace('"ciphertext"', `"ciphertext":"${LONG}","ciphertext"`)),
    ],
  ])('opens with its ciphertext %s', async (_, envelope) => {
    expect(await opens(envelope())).toBe(true);
  });

  it('is not opened when a second ciphertext of the same name follows', async () => {
    const { ciphertext } = wire.encrypted_payload;
    const doubled = JSON.stringify(wire).replace(`"${ciphertext}"`, `"${ciphertext}","ciphertext":"${LONG}"`);
    expect(await securityCode(() => opens(Buffer.from(doubled)))).toBe('DECRYPTION_FAILED');
  });

  it('accepts no placeholder from outside: a lookalike is not base64', async () => {
    const forged = {
      x: LONG,
      ...wire,
      encrypted_payload: { ...wire.encrypted_payload, ciphertext: crypto.randomUUID() },
    };
    expect(await securityCode(() => opens(wireBytes(forged)))).toBe('INVALID_ENVELOPE');
  });

  it.each(['version', 'algorithm', 'encrypted_aes_key', 'key_algorithm'])(
    'is refused when the extracted string is %s',
    async (member) => {
      expect(await securityCode(() => opens(wireBytes({ [member]: '', ...wire, [member]: LONG })))).toBe(
        'INVALID_ENVELOPE',
      );
    },
  );

  it.each(['nonce', 'tag'])('is refused when the extracted string is the %s', async (member) => {
    const envelope = {
      ...wire,
      encrypted_payload: { [member]: '', ...wire.encrypted_payload, [member]: LONG },
    };
    expect(await securityCode(() => opens(wireBytes(envelope)))).toBe('INVALID_ENVELOPE');
  });
});
