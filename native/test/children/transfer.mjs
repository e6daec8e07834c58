// ArrayBuffer.prototype.transfer (Node 22 and up) moves the memory to another buffer.
import { addon } from '../support/addon.mjs';

const { SecureRegion } = addon;
const result = { supported: typeof ArrayBuffer.prototype.transfer === 'function' };
if (result.supported) {
  const region = SecureRegion.from(Buffer.from('secret'));
  const view = region.view();
  const moved = new Uint8Array(view.buffer.transfer());
  result.movedBefore = Buffer.from(moved).toString();
  result.viewLength = view.length;
  try {
    region.view();
  } catch (error) {
    result.code = error.code;
  }
  region.wipe();
  result.movedAfter = Buffer.from(moved).toString('hex');
  region.release();
  // Written to after the release, and dropped: the slot is wiped before somebody else gets it.
  moved.fill(0xee);
  const others = Array.from({ length: 2000 }, () => SecureRegion.allocate(6));
  result.stale = others.some((other) => other.view().some((byte) => byte !== 0));
  for (let i = 0; i < 500; i++) {
    const short = SecureRegion.allocate(100);
    short.view().buffer.transfer(i % 2 === 0 ? 0 : 200);
    short.release();
  }
  globalThis.gc();
}
console.log(JSON.stringify(result));
