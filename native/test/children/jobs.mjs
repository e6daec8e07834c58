// Releases regions while zlib, crypto and fs still hold their bytes, and looks for stale bytes in
// regions that are made meanwhile. argv: rounds.
import { randomFill, createHmac, pbkdf2, subtle } from 'node:crypto';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { deflate, inflate, deflateSync } from 'node:zlib';

import { addon } from '../support/addon.mjs';

const { SecureRegion } = addon;
const fill = promisify(randomFill);
const compressed = deflateSync(Buffer.alloc(200_000, 0x5a));
const file = await open(process.execPath);
const sizes = [32, 64, 4000, 30_000, 300_000];

/** Each starts a job that reads or writes the view, and returns its promise. */
const jobs = [
  (view) => fill(view),
  (view) => promisify(deflate)(view),
  (view) => file.read(view, 0, view.length, 0),
  (view) => promisify(pbkdf2)(view, view, 2000, 32, 'sha256'),
  (view) => subtle.digest('SHA-256', view),
  (view) => subtle.encrypt({ name: 'AES-GCM', iv: view.subarray(0, 12) }, aesKey, view),
  async (view) => createHmac('sha256', view).update(view).digest(),
  async (view) => view.set(await promisify(inflate)(compressed).then((b) => b.subarray(0, view.length))),
];
const aesKey = await subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt']);

const rounds = Number(process.argv[2]);
let stale = 0;
for (let round = 0; round < rounds; round++) {
  const running = jobs.map((job, i) => {
    const region = SecureRegion.allocate(sizes[(round + i) % sizes.length]);
    const done = job(region.view());
    region.release();
    return done;
  });
  const others = sizes.flatMap((size) => Array.from({ length: 4 }, () => SecureRegion.allocate(size)));
  await Promise.allSettled(running);
  if (round % 10 === 0) globalThis.gc();
  for (const other of others) {
    if (other.view().some((byte) => byte !== 0)) stale++;
    other.release();
  }
}
await file.close();
console.log(JSON.stringify({ rounds, stale }));
