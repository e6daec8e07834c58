// Regions until there are no more, with and without an end to the address space.
import { addon } from '../support/addon.mjs';

const held = [];
const codes = new Set();
for (let i = 0; i < 20_000; i++) {
  try {
    held.push(addon.SecureRegion.allocate(4097));
  } catch (error) {
    codes.add(error.code);
    if (held.length > 100) break;
  }
}
const most = held.length;
for (const region of held) region.release();
const again = addon.SecureRegion.allocate(4097).length;
console.log(JSON.stringify({ most, codes: [...codes], again }));
