// Ends on purpose. argv: 'canary' damages the bytes before a region and releases it; 'abort' dumps
// core with a secret in a region and a marker in ordinary memory.
import { openSync, writeSync } from 'node:fs';

import { addon } from '../support/addon.mjs';
import { mappings, withFlags } from '../support/memory.mjs';

const LENGTH = 100_000;
const ALIGNED = Math.ceil(LENGTH / 16) * 16; // locked_region.cc: the data ends at the upper guard

const region = addon.SecureRegion.allocate(LENGTH);

function damage() {
  const [{ end }] = withFlags(mappings(), 'dd', 'wf').filter(({ start, end: to }) => to - start >= LENGTH);
  writeSync(openSync('/proc/self/mem', 'r+'), Buffer.from('damaged!'), 0, 8, end - ALIGNED - 8);
}

/** Needles arrive masked, so that only what is planted is in this process unmasked. */
function plant(masked, into) {
  Buffer.from(masked, 'hex').forEach((byte, i) => {
    into[i] = byte ^ 0xa5;
  });
}

const [what, secret, marker] = process.argv.slice(2);
if (what === 'canary') {
  damage();
  region.release();
  console.log('still alive');
} else {
  const ordinary = new Uint8Array(new ArrayBuffer(1000));
  plant(secret, region.view());
  plant(marker, ordinary);
  process.abort();
}
