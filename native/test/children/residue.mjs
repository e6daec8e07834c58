// Uses secrets and keeps quiet, so that the parent can search this process's memory. The secrets
// arrive sealed or wrapped; only the addon ever has them in the clear.
import { createPrivateKey } from 'node:crypto';
import { closeSync, openSync, readFileSync } from 'node:fs';

import { addon } from '../support/addon.mjs';

const { NativePrivateKey, SecureRegion } = addon;
const bytes = (base64) => Buffer.from(base64, 'base64');
let key;
let planted;
let held;

const MASK = 0xa5;

/** Into a region: what arrives as text must not be the secret itself. */
function unmask(base64) {
  const masked = bytes(base64);
  const region = SecureRegion.allocate(masked.length);
  const view = region.view();
  masked.forEach((byte, i) => (view[i] = byte ^ MASK));
  return region;
}

/** memfd_secret needs a descriptor: without one the addon falls back to locked pages. */
function withoutDescriptors(action) {
  const open = [];
  try {
    for (;;) open.push(openSync('/dev/null'));
  } catch {
    // none is left
  }
  try {
    return action();
  } finally {
    for (const fd of open) closeSync(fd);
  }
}

const commands = {
  async load({ masked, fallback }) {
    const der = unmask(masked);
    const load = () => NativePrivateKey.fromDer(der);
    key = fallback ? withoutDescriptors(load) : load();
    der.release();
    return { secretMemory: key.secretMemory, locked: key.locked };
  },
  // One answer: the AES key is unwrapped, the payload opened, looked at, and both are wiped.
  async open({ wrapped, nonce, ciphertext, tag }) {
    const aesKey = await key.unwrap(bytes(wrapped));
    const payload = addon.aesGcmOpen(aesKey, bytes(nonce), bytes(ciphertext), bytes(tag));
    const sum = payload.view().reduce((total, byte) => total + byte, 0);
    for (const region of [aesKey, payload]) region.release();
    return { sum };
  },
  // An encrypted key file: the DER is in the clear in locked memory only.
  async decryptFile({ derived: masked, iv, ciphertext }) {
    const derived = unmask(masked);
    const der = addon.aesCbcDecrypt(derived, bytes(iv), bytes(ciphertext));
    key = NativePrivateKey.fromDer(der);
    derived.release();
    der.release();
    return { modulusLength: key.modulusLength };
  },
  async generate({ bits }) {
    const der = await addon.generatePkcs8(bits);
    key = NativePrivateKey.fromDer(der);
    // Handed over masked, so that the parent knows what to look for.
    const masked = Buffer.from(new ArrayBuffer(der.length));
    der.view().forEach((byte, i) => (masked[i] = byte ^ MASK));
    der.release();
    return { masked: masked.toString('base64') };
  },
  async plant({ masked }) {
    planted = new Uint8Array(new ArrayBuffer(1000));
    bytes(masked).forEach((byte, i) => (planted[i] = byte ^ MASK));
    return {};
  },
  async hold({ path }) {
    held = createPrivateKey({ key: readFileSync(path), format: 'der', type: 'pkcs8' });
    return { type: held.type };
  },
  async forget() {
    planted.fill(0);
    return {};
  },
};

process.on('message', ({ command, ...rest }) => {
  commands[command](rest).then(
    (answer) => process.send(answer),
    (error) => process.send({ error: error.code ?? String(error) }),
  );
});
