import { createCipheriv, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { getMemoryProtectionInfo, openAesGcm, SecureByteContext, type GcmMessage } from '../src/index.js';
import { securityCode, wrongArgument } from './support/errors.js';

const hex = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, 'hex'));

/** The GCM Specification (McGrew, Viega), test case 16. */
const KEY = 'feffe9928665731c6d6a8f9467308308'.repeat(2);
const SPECIFIED: GcmMessage = {
  nonce: hex('cafebabefacedbaddecaf888'),
  aad: hex('feedfacedeadbeeffeedfacedeadbeefabaddad2'),
  ciphertext: hex(
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
      '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662',
  ),
  tag: hex('76fc6ece0f4e1768cddf8853bb2d551b'),
};
const PLAINTEXT =
  'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525' +
  'b16aedf5aa0de657ba637b39';

/** Lengths around a piece, and around where Node decrypts in another way. In bytes. */
const LENGTHS = [0, 1, 4, 15, 16, 17, 48 * 1024 - 1, 48 * 1024 + 1, 1024 * 1024 + 1];

const specifiedKey = (): SecureByteContext => new SecureByteContext(hex(KEY));

function flipped(bytes: Uint8Array, bit: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes, (byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
}

async function opened(message: GcmMessage, key: SecureByteContext): Promise<string> {
  const plaintext = await openAesGcm(message, key);
  return plaintext.use((bytes) => Buffer.from(bytes).toString('hex'));
}

describe.each([
  ['with protected memory', {}],
  ['with ordinary memory', { secure: false }],
])('openAesGcm %s', (_what, memory) => {
  it('opens the specified bytes, and leaves the key intact', async () => {
    const key = specifiedKey();
    expect(await opened(SPECIFIED, key)).toBe(PLAINTEXT);
    expect(await opened(SPECIFIED, key)).toBe(PLAINTEXT);
    key.dispose();
  });

  it('refuses associated data, nonce, ciphertext or tag with any bit changed', async () => {
    const key = specifiedKey();
    for (const name of ['aad', 'nonce', 'ciphertext', 'tag'] as const) {
      const bytes = SPECIFIED[name] ?? hex('');
      for (let bit = 0; bit < bytes.byteLength * 8; bit += 3) {
        const changed = { ...SPECIFIED, [name]: flipped(bytes, bit) };
        expect(await securityCode(() => openAesGcm(changed, key, memory))).toBe('DECRYPTION_FAILED');
      }
    }
  });

  it.each(LENGTHS)('opens %i bytes of node:crypto', async (length) => {
    const [raw, nonce, aad, plaintext] = [
      randomBytes(32),
      randomBytes(12),
      randomBytes(5),
      randomBytes(length),
    ];
    const cipher = createCipheriv('aes-256-gcm', raw, nonce, { authTagLength: 16 }).setAAD(aad);
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    const message = { nonce: Uint8Array.from(nonce), aad, ciphertext, tag: cipher.getAuthTag() };
    const answer = await openAesGcm(message, new SecureByteContext(raw), memory);
    expect(answer.use((bytes) => plaintext.equals(bytes))).toBe(true);
  });
});

describe('openAesGcm', () => {
  it('gives locked memory when required, or refuses', async () => {
    const open = (secure: boolean) => openAesGcm(SPECIFIED, specifiedKey(), { secure, requireLocked: true });
    expect(await securityCode(() => open(false))).toBe('MEMORY_NOT_LOCKED');
    if (getMemoryProtectionInfo().canLock) expect((await open(true)).locked).toBe(true);
    else expect(await securityCode(() => open(true))).toBe('MEMORY_NOT_LOCKED');
  });

  it('refuses inputs of another length', async () => {
    const with_ = (change: Partial<GcmMessage>) => () =>
      openAesGcm({ ...SPECIFIED, ...change }, specifiedKey());
    expect(await wrongArgument(with_({ nonce: hex('00') }))).toBe('nonce');
    expect(await wrongArgument(with_({ tag: SPECIFIED.tag.subarray(1) }))).toBe('tag');
    const short = new SecureByteContext(new Uint8Array(16));
    expect(await wrongArgument(() => openAesGcm(SPECIFIED, short))).toBe('key');
  });
});
