// Prints what the kernel says of our pages: before, with one small region, with a large one, with a
// private key, and after all of them are gone.
import { readFileSync } from 'node:fs';

import { addon } from '../support/addon.mjs';
import { derOf } from '../support/keys.mjs';
import { mappings, withFlags } from '../support/memory.mjs';

const { SecureRegion, NativePrivateKey } = addon;

function snapshot() {
  const list = mappings();
  const status = readFileSync('/proc/self/status', 'utf8');
  const size = (found) => found.reduce((sum, { start, end }) => sum + end - start, 0);
  return {
    protected: withFlags(list, 'lo', 'dd', 'wf').map(({ start, end }) => end - start),
    secret: list
      .filter(({ name, access }) => name.includes('secretmem') && access.startsWith('rw'))
      .map(({ flags }) => flags),
    unlocked: size(withFlags(list, 'dd', 'wf').filter(({ flags }) => !flags.includes('lo'))),
    vmLck: Number(/VmLck:\s+(\d+) kB/.exec(status)[1]) * 1024,
    info: addon.info(),
  };
}

const before = snapshot();
const small = SecureRegion.allocate(32);
const withSmall = snapshot();
const large = SecureRegion.allocate(100_000);
const withLarge = snapshot();
const der = SecureRegion.from(derOf('rsa2048.pem'));
const key = NativePrivateKey.fromDer(der);
const withKey = snapshot();
const locked = [small.locked, large.locked, key.locked];
const { secretMemory } = key;
small.release();
large.release();
der.release();
key.dispose();
const after = snapshot();
console.log(JSON.stringify({ before, withSmall, withLarge, withKey, after, locked, secretMemory }));
