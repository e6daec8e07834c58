/**
 * A second implementation of SPEC.md, on node:crypto alone. It shares no code with this package, so that both can be
 * wrong in the same way only where they read the specification in the same wrong way.
 */
import {
  constants,
  createCipheriv,
  createDecipheriv,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  type KeyLike,
} from 'node:crypto';

/** The members of an envelope, undecoded. */
export interface WireEnvelope {
  version: string;
  algorithm: string;
  encrypted_payload: { ciphertext: string; nonce: string; tag: string };
  encrypted_aes_key: string;
  key_algorithm?: string;
  payload_algorithm?: string;
  processed_at?: number;
}

const oaep = (key: KeyLike) => ({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' });

export function sealIndependently(plaintext: Uint8Array, publicKey: KeyLike): WireEnvelope {
  const aesKey = randomBytes(32);
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', aesKey, nonce, { authTagLength: 16 });
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return {
    version: '1.0',
    algorithm: 'hybrid-aes256-rsa4096',
    encrypted_payload: {
      ciphertext: ciphertext.toString('base64'),
      nonce: nonce.toString('base64'),
      tag: cipher.getAuthTag().toString('base64'),
    },
    encrypted_aes_key: publicEncrypt(oaep(publicKey), aesKey).toString('base64'),
    key_algorithm: 'RSA-OAEP-SHA256',
    payload_algorithm: 'AES-256-GCM',
  };
}

/** The plaintext of an envelope, and the key and nonce it was sealed with. */
export interface Opened {
  readonly plaintext: Buffer;
  readonly aesKey: Buffer;
  readonly nonce: Buffer;
}

export function openIndependently(envelope: Uint8Array, privateKey: KeyLike): Opened {
  const wire = JSON.parse(Buffer.from(envelope).toString('utf8')) as WireEnvelope;
  const { ciphertext, nonce, tag } = wire.encrypted_payload;
  const aesKey = privateDecrypt(oaep(privateKey), Buffer.from(wire.encrypted_aes_key, 'base64'));
  const decipher = createDecipheriv('aes-256-gcm', aesKey, Buffer.from(nonce, 'base64'), {
    authTagLength: 16,
  });
  decipher.setAuthTag(Buffer.from(tag, 'base64'));
  const plaintext = Buffer.concat([decipher.update(Buffer.from(ciphertext, 'base64')), decipher.final()]);
  return { plaintext, aesKey, nonce: Buffer.from(nonce, 'base64') };
}

/** The bytes of an envelope as another JSON writer puts them: spaces, another order, non-ASCII escaped. */
export function wireBytes(envelope: object): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(envelope, null, 1));
}
