// Uses locked memory as a process of an ordinary user. Run under `prlimit --memlock`; prints JSON.
import { readFileSync } from 'node:fs';
import * as crypto from '../../../dist/node/index.js';

const { SecureByteContext, getMemoryProtectionInfo } = crypto;
const MIB = 1024 * 1024;
const REQUIRED = { requireLocked: true };

function unlockedOf(count, length) {
  let unlocked = 0;
  const options = { onUnlocked: () => (unlocked += 1) };
  for (let i = 0; i < count; i += 1) {
    SecureByteContext.allocate(length, options).use((bytes) => bytes.fill(7));
  }
  return unlocked;
}

async function codeOf(call) {
  try {
    await call();
    return 'fine';
  } catch ({ code, message }) {
    return `${code}: ${message}`;
  }
}

const { limitBytes } = getMemoryProtectionInfo();
const unlocked = {
  '2 KB': unlockedOf(10_000, 2048),
  '200 KB': unlockedOf(500, 204_800),
  '3 MB': unlockedOf(60, 3 * MIB),
};
const secureAfter = getMemoryProtectionInfo();

// One that cannot be locked: reported while it exists, and remembered.
const large = SecureByteContext.allocate(9 * MIB);
const withLarge = getMemoryProtectionInfo();
large.dispose();
const afterLarge = getMemoryProtectionInfo();

// Every path refuses it where that is demanded.
const pem = readFileSync(new URL('../../vectors/keys.json', import.meta.url), 'utf8');
const { files } = JSON.parse(pem);
const der = crypto.decodePem(
  Buffer.from(files.find(({ name }) => name === 'rsa2048.pem').content_base64, 'base64'),
).der;
const key = await crypto.RsaPrivateKey.fromPkcs8(der, REQUIRED);
const envelope = await crypto.sealEnvelope(new Uint8Array(9 * MIB), key.publicKey, REQUIRED);
const answer = await crypto.sealEnvelope(Buffer.from('{"a":1}'), key.publicKey);
const attempts = {
  allocate: () => SecureByteContext.allocate(9 * MIB, REQUIRED),
  constructor: () => new SecureByteContext(new Uint8Array(9 * MIB), REQUIRED),
  encodePayload: () => crypto.encodePayload({ text: 'x'.repeat(9 * MIB) }, REQUIRED),
  openEnvelope: () => crypto.openEnvelope(envelope, key, REQUIRED),
  'openEnvelope, consuming': () => crypto.openEnvelope(envelope, key, { ...REQUIRED, consume: true }),
};
const before = getMemoryProtectionInfo().unlocked.totalRegions;
const refused = {};
for (const [name, attempt] of Object.entries(attempts)) refused[name] = await codeOf(attempt);
const small = await codeOf(() => crypto.openEnvelope(answer, key, REQUIRED));
const taken = getMemoryProtectionInfo().unlocked.totalRegions - before;

// Sixteen requests of 1 MB at once: each has its turn.
let most = 0;
const request = { text: 'y'.repeat(MIB) };
const calls = Array.from({ length: 16 }, async () => {
  const json = await crypto.withLockedMemory(() => crypto.encodePayload(request, REQUIRED), {
    timeout: 60_000,
  });
  most = Math.max(most, getMemoryProtectionInfo().lockedBytes);
  await new Promise((resolve) => setTimeout(resolve, 5));
  const { locked } = json;
  json.dispose();
  return locked;
});
const together = await Promise.all(calls);
const check = await codeOf(() => crypto.checkLockedMemory());

console.log(
  JSON.stringify({
    uid: process.getuid(),
    limitBytes,
    unlocked,
    reports: { secureAfter, withLarge, afterLarge },
    refused,
    small,
    taken,
    together,
    most,
    keyLocked: key.locked,
    check,
  }),
);
