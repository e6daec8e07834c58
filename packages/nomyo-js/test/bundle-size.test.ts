/** The size of what a page loads, as an application's bundler builds it. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundleForPages, type PageBundle } from './page-bundle.js';

/** After gzip, in kB: just above the measured sizes, so that growth is noticed. The goal is 30. */
const LIMIT = { adapter: 30, client: 27.5 };

const KB = 1000;

describe('a page', () => {
  let bundle: PageBundle;

  beforeAll(async () => {
    bundle = await bundleForPages({
      adapter: `export { createSecureFetch } from 'nomyo-js/fetch'; export { SecureChatCompletion } from 'nomyo-js';`,
    });
  }, 60_000);
  afterAll(() => bundle.remove());

  it('loads no more for its first call than the README says', () => {
    const { initial = Infinity, total = 0 } = bundle.sizes['adapter'] ?? {};
    expect(initial).toBeLessThanOrEqual(LIMIT.adapter * KB);
    // The rest is there, and comes when it is used.
    expect(total).toBeGreaterThan(initial);
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    expect(readme).toContain(`A page loads less than ${String(LIMIT.adapter)} kB`);
  });

  it('loads less without the adapter', async () => {
    const client = await bundleForPages({ client: `export { SecureChatCompletion } from 'nomyo-js';` });
    await client.remove();
    expect(client.sizes['client']?.initial).toBeLessThanOrEqual(LIMIT.client * KB);
  }, 60_000);
});
