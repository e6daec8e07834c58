// Handles and views that are only collected, never released.
import { setImmediate as turn } from 'node:timers/promises';

import { addon } from '../support/addon.mjs';

const { SecureRegion } = addon;

async function collect() {
  for (let i = 0; i < 5; i++) {
    globalThis.gc();
    await turn();
  }
}

function makeViews(count, length) {
  return Array.from({ length: count }, (_, i) => {
    const view = SecureRegion.allocate(length).view();
    view.fill(i + 1);
    return view;
  });
}

const views = [...makeViews(50, 32), ...makeViews(50, 20_000)];
await collect();
const kept = views.every((view, i) => view[view.length - 1] === (i % 50) + 1);
const before = addon.info().lockedBytes;
views.length = 0;
await collect();
const after = addon.info().lockedBytes;

// Many more than fit into the memory that stays locked: they come back as they are dropped.
let returned = true;
for (let i = 0; i < 20; i++) {
  for (const view of makeViews(500, 32)) returned &&= view.length === 32;
  await collect();
}
returned &&= addon.info().lockedBytes <= 1024 * 1024;
console.log(JSON.stringify({ kept, before, after, returned }));
