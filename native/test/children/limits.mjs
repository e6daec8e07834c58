// Works through a lock limit that is too small for what is asked of it.
import { addon } from '../support/addon.mjs';
import { derOf } from '../support/keys.mjs';

const { SecureRegion, NativePrivateKey } = addon;

const before = addon.info();
const sizes = [32, 4096, 20_000, 100_000, 1_000_000];
const regions = sizes.map((size) => SecureRegion.allocate(size));
for (const region of regions) region.view().fill(7);
const usable = regions.every((region) => region.view().every((byte) => byte === 7));
const locked = Object.fromEntries(regions.map(({ length, locked: is }) => [length, is]));
const key = NativePrivateKey.fromDer(SecureRegion.from(derOf('rsa2048.pem')));
const during = addon.info();
for (const region of regions) region.release();

// Far beyond the limit, many times over.
let failed = 0;
for (let i = 0; i < 20_000; i++) {
  try {
    SecureRegion.allocate(1 + (i % 9000)).release();
  } catch {
    failed++;
  }
}
console.log(
  JSON.stringify({
    before,
    during,
    locked,
    usable,
    failed,
    key: { locked: key.locked, secretMemory: key.secretMemory },
  }),
);
