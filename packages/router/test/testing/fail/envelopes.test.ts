import { describe, expect, it } from '@jest/globals';
import { openEnvelope, RsaPrivateKey } from '@nomyo/crypto';
import { generateKeyPairSync } from 'node:crypto';
import type { ENVELOPE_MODES, PLAINTEXT_MODES } from '../../../src/testing/fail/modes.js';
import { parseEnvelope, type Envelope } from '../independent-client.js';
import { clientOf, HELLO, useRouters } from '../support.js';

const start = useRouters();

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** The properties of a damaged envelope, and the client's reaction to it. */
interface Expected {
  readonly shape: (envelope: Envelope) => void;
  readonly code: 'INVALID_ENVELOPE' | 'DECRYPTION_FAILED';
}

const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64');

const looksGood: Expected = {
  shape: ({ encrypted_payload: payload, encrypted_aes_key: wrapped, version }) => {
    expect(version).toBe('1.0');
    expect(bytesOf(payload.nonce)).toHaveLength(12);
    expect(bytesOf(payload.tag)).toHaveLength(16);
    expect(bytesOf(wrapped)).toHaveLength(256);
  },
  code: 'DECRYPTION_FAILED',
};

const malformed = (shape: Expected['shape']): Expected => ({ shape, code: 'INVALID_ENVELOPE' });
const tagBytes = (length: number): Expected =>
  malformed(({ encrypted_payload: { tag } }) => expect(bytesOf(tag)).toHaveLength(length));
const without = (member: keyof Envelope): Expected =>
  malformed((envelope) => expect(envelope).not.toHaveProperty(member));
const withoutInner = (member: keyof Envelope['encrypted_payload']): Expected =>
  malformed(({ encrypted_payload: payload }) => expect(payload).not.toHaveProperty(member));

/** A mode without a check does not compile. */
const CHECKS: Readonly<Record<keyof typeof ENVELOPE_MODES, Expected>> = {
  'flip-ciphertext': looksGood,
  'flip-nonce': looksGood,
  'flip-tag': looksGood,
  'flip-wrapped-key': looksGood,
  'swapped-key': looksGood,
  'tag-4': tagBytes(4),
  'tag-12': tagBytes(12),
  'nonce-16': malformed(({ encrypted_payload: { nonce } }) => expect(bytesOf(nonce)).toHaveLength(16)),
  'wrapped-key-short': malformed(({ encrypted_aes_key: wrapped }) =>
    expect(bytesOf(wrapped)).toHaveLength(255),
  ),
  'no-version': without('version'),
  'no-algorithm': without('algorithm'),
  'no-payload': without('encrypted_payload'),
  'no-wrapped-key': without('encrypted_aes_key'),
  'no-ciphertext': withoutInner('ciphertext'),
  'no-nonce': withoutInner('nonce'),
  'no-tag': withoutInner('tag'),
  'number-tag': malformed(({ encrypted_payload: { tag } }) => expect(tag).toEqual(expect.any(Number))),
  'other-version': malformed(({ version }) => expect(version).toBe('2.0')),
  'other-algorithm': malformed(({ algorithm }) => expect(algorithm).not.toBe('hybrid-aes256-rsa4096')),
  'other-key-algorithm': malformed((envelope) => expect(envelope.key_algorithm).not.toBe('RSA-OAEP-SHA256')),
  'other-payload-algorithm': malformed((envelope) =>
    expect(envelope.payload_algorithm).not.toBe('AES-256-GCM'),
  ),
  'base64-url': malformed(({ encrypted_payload: { nonce } }) => expect(nonce).toMatch(/^[-_]{16}$/u)),
  'base64-spaces': malformed(({ encrypted_payload: { ciphertext } }) => expect(ciphertext).toMatch(/\s/u)),
  'base64-unpadded': malformed(({ encrypted_payload: { tag } }) => expect(tag).toMatch(/^[^=]{22}$/u)),
  'base64-stray-bits': malformed(({ encrypted_payload: { tag } }) => {
    expect(tag).toMatch(/^[A-Za-z0-9+/]{22}==$/u);
    expect(bytesOf(tag).toString('base64')).not.toBe(tag);
  }),
  'half-envelope': malformed(() => undefined),
};

describe('a damaged envelope', () => {
  it.each(Object.entries(CHECKS) as [keyof typeof CHECKS, Expected][])(
    '%s',
    async (mode, { shape, code }) => {
      const client = clientOf(await start({ fail: mode }), { privateKey });
      const { status, body } = await client.send(HELLO);
      expect(status).toBe(200);
      if (mode === 'half-envelope') expect(() => parseEnvelope(body)).toThrow(SyntaxError);
      else shape(parseEnvelope(body));
      const key = await RsaPrivateKey.fromPkcs8(privateKey.export({ type: 'pkcs8', format: 'der' }));
      await expect(openEnvelope(body, key)).rejects.toMatchObject({ code });
    },
  );

  it('differs from the good one in the requested bit', async () => {
    const router = await start();
    const client = clientOf(router, { privateKey });
    const good = parseEnvelope((await client.send(HELLO)).body).encrypted_payload.nonce;
    expect(bytesOf(good)).toHaveLength(12);
    for (const bit of [0, 7, 95]) {
      router.setFail(`flip-tag:${String(bit)}`);
      const { encrypted_payload: payload, ...rest } = parseEnvelope((await client.send(HELLO)).body);
      const tag = bytesOf(payload.tag);
      tag.writeUInt8(tag.readUInt8(bit >> 3) ^ (0x80 >> (bit & 7)), bit >> 3);
      const repaired = { ...rest, encrypted_payload: { ...payload, tag: tag.toString('base64') } };
      const text = client.open(Buffer.from(JSON.stringify(repaired), 'utf8'));
      expect(JSON.parse(text)).toMatchObject({ object: 'chat.completion' });
    }
  });

  it('leaves an error unchanged', async () => {
    const client = clientOf(await start({ fail: 'flip-tag' }));
    expect((await client.send({ model: 'no messages' })).status).toBe(400);
  });
});

describe('something else inside a good envelope', () => {
  const TEXTS: Readonly<Record<keyof typeof PLAINTEXT_MODES, RegExp>> = {
    'inner-text': /^this is no JSON$/u,
    'inner-latin1': /caf\ufffd"\}$/u,
    'inner-array': /^\[.*\]$/u,
    'inner-null': /^null$/u,
    'inner-empty': /^$/u,
  };

  it.each(Object.entries(TEXTS) as [keyof typeof TEXTS, RegExp][])('%s', async (mode, text) => {
    const client = clientOf(await start({ fail: mode }));
    const { status, body } = await client.send(HELLO);
    expect(status).toBe(200);
    expect(client.open(body)).toMatch(text);
  });
});
