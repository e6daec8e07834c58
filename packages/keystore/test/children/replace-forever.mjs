// replace-forever.mjs KEY_DIR POOL|generate: replaces the pair of a directory, and what is known of a router, without end;
// with keys out of a pool, because making keys would take nearly all of the time, or with ones that it makes.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatePkcs8, SecureByteContext } from '@nomyo/crypto';
import { openKnownKeys } from '@nomyo/keystore';
import { FileStorage } from '../../build/internals/file-storage.node.js';

const [, , keyDir, pool] = process.argv;
const files = pool === 'generate' ? [] : readdirSync(pool);
const fromPool = async () =>
  new SecureByteContext(readFileSync(join(pool, files[Math.floor(Math.random() * files.length)])));
const make = pool === 'generate' ? () => generatePkcs8(2048) : fromPool;
const storage = new FileStorage({
  location: { keyDir, rotationDir: keyDir },
  password: undefined,
  names: { keyDir: 'keyDir', rotationDir: 'rotationDir' },
  memory: {},
  make,
});
const call = { signal: new AbortController().signal, background: false };

const known = openKnownKeys({ keyDir });

process.stdout.write('started\n');
let pair = await storage.open(call);
for (;;) {
  const next = await storage.replace(pair.keys.publicKey.fingerprint, call);
  pair.keys.dispose();
  pair = next;
  const replaces = await known.recall('router');
  await known.remember('router', { fingerprint: pair.keys.publicKey.fingerprint, replaces }, call.signal);
}
