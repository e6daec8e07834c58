import type { Reply } from '../../v1/reply.js';
import { isJsonObject, type JsonObject } from '../protocol/payload.js';
import { numberOf, type Failure } from './failure.js';
import type { ENVELOPE_MODES } from './modes.js';

/** Changes an envelope, and gives what is sent in its place. */
type Damage = (envelope: JsonObject, argument: string | undefined) => object;

const PLAIN = damaged((envelope) => envelope);

/** Envelopes with one thing wrong. */
export const envelopeFailures: Readonly<Record<keyof typeof ENVELOPE_MODES, Failure>> = {
  'flip-ciphertext': inPayload('ciphertext', flip),
  'flip-nonce': inPayload('nonce', flip),
  'flip-tag': inPayload('tag', flip),
  'flip-wrapped-key': inWrappedKey(flip),
  'tag-4': inPayload('tag', (tag) => resize(tag, 4)),
  'tag-12': inPayload('tag', (tag) => resize(tag, 12)),
  'nonce-16': inPayload('nonce', (nonce) => resize(nonce, 16)),
  'wrapped-key-short': inWrappedKey((wrapped) =>
    Buffer.from(wrapped, 'base64').subarray(0, -1).toString('base64'),
  ),
  'no-version': without('version'),
  'no-algorithm': without('algorithm'),
  'no-payload': without('encrypted_payload'),
  'no-wrapped-key': without('encrypted_aes_key'),
  'no-ciphertext': inPayload('ciphertext', () => undefined),
  'no-nonce': inPayload('nonce', () => undefined),
  'no-tag': inPayload('tag', () => undefined),
  'number-tag': inPayload('tag', () => 16),
  'other-version': damaged((envelope) => ({ ...envelope, version: '2.0' })),
  'other-algorithm': damaged((envelope) => ({ ...envelope, algorithm: 'hybrid-aes128-rsa2048' })),
  'other-key-algorithm': damaged((envelope) => ({ ...envelope, key_algorithm: 'RSA-PKCS1' })),
  'other-payload-algorithm': damaged((envelope) => ({ ...envelope, payload_algorithm: 'AES-256-CBC' })),
  'base64-url': inPayload('nonce', () => '_-'.repeat(8)),
  'base64-spaces': inPayload('ciphertext', (text) => `${text.slice(0, 4)}\n ${text.slice(4)}`),
  'base64-unpadded': inPayload('tag', (tag) => tag.replace(/=+$/u, '')),
  'base64-stray-bits': inPayload('tag', setStrayBit),
  'half-envelope': {
    damage: (reply) => ({ ...reply, body: reply.body.subarray(0, reply.body.byteLength / 2) }),
  },
  'swapped-key': { ...PLAIN, sealToStranger: true },
};

function damaged(damage: Damage): Failure {
  return {
    damage: (reply, argument): Reply => {
      const envelope = asObject(JSON.parse(Buffer.from(reply.body).toString('utf8')));
      return { ...reply, body: Buffer.from(JSON.stringify(damage(envelope, argument)), 'utf8') };
    },
  };
}

/** `undefined` takes the member out. */
function inPayload(
  member: 'ciphertext' | 'nonce' | 'tag',
  change: (base64: string, argument: string | undefined) => unknown,
): Failure {
  return damaged((envelope, argument) => {
    const payload = asObject(envelope['encrypted_payload']);
    return {
      ...envelope,
      encrypted_payload: { ...payload, [member]: change(String(payload[member]), argument) },
    };
  });
}

function inWrappedKey(change: (base64: string, argument: string | undefined) => string): Failure {
  return damaged((envelope, argument) => ({
    ...envelope,
    encrypted_aes_key: change(String(envelope['encrypted_aes_key']), argument),
  }));
}

function without(member: string): Failure {
  return damaged((envelope) => ({ ...envelope, [member]: undefined }));
}

/** Parses an envelope that this router has just sealed; anything else would be a bug here. */
function asObject(value: unknown): JsonObject {
  if (!isJsonObject(value)) throw new TypeError('only an envelope can be damaged');
  return value;
}

/** Bit 0 is the highest of the first byte; a number beyond the end starts again. */
function flip(base64: string, argument: string | undefined): string {
  const bytes = Buffer.from(base64, 'base64');
  const bit = numberOf(argument, 0) % (bytes.byteLength * 8);
  const at = bit >> 3;
  bytes[at] = (bytes[at] ?? 0) ^ (0x80 >> (bit & 7));
  return bytes.toString('base64');
}

function resize(base64: string, length: number): string {
  const bytes = Buffer.alloc(length);
  Buffer.from(base64, 'base64').copy(bytes);
  return bytes.toString('base64');
}

/** 16 bytes leave four bits of the last character unused (RFC 4648 §3.5): A, Q, g and w have none of them set. */
function setStrayBit(tag: string): string {
  return tag.replace(/.==$/u, (end) => `${{ A: 'B', Q: 'R', g: 'h', w: 'x' }[end.charAt(0)] ?? 'B'}==`);
}
