// What is demanded to be locked: had, or refused before a byte of a secret is in it.
import { createCipheriv, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';

import { addon, codeOf } from '../support/addon.mjs';
import { derOf, keyObjectOf } from '../support/keys.mjs';

const { NativePrivateKey, SecureRegion } = addon;

const key = SecureRegion.from(randomBytes(32));
const der = SecureRegion.from(derOf('rsa2048.pem'));
const privateKey = NativePrivateKey.fromDer(der);
const publicKey = createPublicKey(keyObjectOf('rsa2048.pem'));
const wrapped = publicEncrypt({ key: publicKey, oaepHash: 'sha256' }, randomBytes(32));
const nonce = randomBytes(12);
const iv = randomBytes(16);
const gcm = createCipheriv('aes-256-gcm', key.view(), nonce, { authTagLength: 16 });
const ciphertext = Buffer.concat([gcm.update(Buffer.alloc(100_000)), gcm.final()]);
const tag = gcm.getAuthTag();
const cbc = createCipheriv('aes-256-cbc', key.view(), iv);
const sealed = Buffer.concat([cbc.update(Buffer.alloc(50_000)), cbc.final()]);

const attempts = {
  allocate: () => SecureRegion.allocate(100_000, true),
  'allocate, small': () => SecureRegion.allocate(10, true),
  from: () => SecureRegion.from(new Uint8Array(100_000), true),
  aesGcmOpen: () => addon.aesGcmOpen(key, nonce, ciphertext, tag, true),
  aesCbcDecrypt: () => addon.aesCbcDecrypt(key, iv, sealed, true),
  fromDer: () => NativePrivateKey.fromDer(der, true),
  unwrap: () => privateKey.unwrap(wrapped, true),
  generatePkcs8: () => addon.generatePkcs8(2048, true),
};

const outcomes = {};
const before = addon.info();
for (const [name, attempt] of Object.entries(attempts)) {
  outcomes[name] = await codeOf(async () => {
    const { locked } = await attempt();
    throw Object.assign(new Error(), { code: `locked: ${locked}` });
  });
}
const optional = addon.aesGcmOpen(key, nonce, ciphertext, tag);
const during = addon.info();
optional.release();
const released = addon.info();

const since = ({ unlockedBytes, unlockedRegions, totalUnlockedRegions }) => ({
  bytes: unlockedBytes - before.unlockedBytes,
  regions: unlockedRegions - before.unlockedRegions,
  total: totalUnlockedRegions - before.totalUnlockedRegions,
});
console.log(JSON.stringify({ outcomes, during: since(during), released: since(released) }));
