// replace-forever.mjs KEY_DIR POOL: replaces the pair of a directory without end, with keys out of a pool, because
// making keys would take nearly all of the time.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SecureByteContext } from '@nomyo/crypto';
import { FileStorage } from '../../build/internals/file-storage.node.js';

const [, , keyDir, pool] = process.argv;
const files = readdirSync(pool);
const make = async () =>
  new SecureByteContext(readFileSync(join(pool, files[Math.floor(Math.random() * files.length)])));
const storage = new FileStorage({
  location: { keyDir, rotationDir: keyDir },
  password: undefined,
  secure: true,
  make,
});
const call = { signal: new AbortController().signal, background: false };

process.stdout.write('started\n');
let pair = await storage.open(call);
for (;;) {
  const next = await storage.replace(pair.keys.publicKey.fingerprint, call);
  pair.keys.dispose();
  pair = next;
}
