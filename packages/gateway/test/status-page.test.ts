import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createRoot,
  delegate,
  MemoryReplayMap,
  oneUpstream,
  OPEN_TO_ALL,
  openSigner,
  startServer,
} from '@nomyo/router';
import { v2 } from 'nomyo-js/v2';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { startRouter, type Router } from '@nomyo/router/testing';
import { startGateway, type Gateway } from '../src/index.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Hostile model names: markup, escapes, characters that reverse the direction of text. */
const HOSTILE = [
  '<script>document.title = "owned"</script>',
  '"><img src=x onerror=document.title="owned">',
  '\u001b]0;owned\u0007\u001b[31mred',
  'abc\u202egnp.exe',
  'x'.repeat(5_000),
  '</table></main><h1>owned</h1>',
];

let router: Router;
let gateway: Gateway;
let browser: Browser;

beforeAll(async () => {
  router = await startRouter({ keySize: 2048 });
  gateway = await startGateway({
    port: 0,
    client: {
      baseUrl: router.url,
      allowHttp: true,
      keyDir: null,
      keySize: 2048,
      serverKeyPins: [router.fingerprint],
    },
  });
  for (const model of HOSTILE) await ask(model);
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser.close();
  await gateway.close();
  await router.close();
});

const authorization = () => `Bearer ${gateway.token}`;

async function ask(model: string): Promise<void> {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: authorization() },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'SECRET-QUESTION' }] }),
  });
  await response.text();
}

async function withPage(
  options: Parameters<Browser['newContext']>[0],
  use: (page: Page, context: BrowserContext) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext(options);
  try {
    await use(await context.newPage(), context);
  } finally {
    await context.close();
  }
}

/** The findings of an accessibility checker, with the elements concerned. */
async function violationsOf(page: Page): Promise<unknown> {
  await page.addScriptTag({ content: AXE });
  return page.evaluate(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))',
  );
}

/** A router of version 2; its model is never called. */
const startSealing = async (signer: string) =>
  startServer({
    signer: await openSigner(signer),
    suites: [1],
    host: '127.0.0.1',
    port: 0,
    metricsHost: '127.0.0.1',
    metricsPort: undefined,
    tls: undefined,
    access: OPEN_TO_ALL,
    tiers: oneUpstream('http://127.0.0.1:9'),
    upstreamApiKey: undefined,
    replays: new MemoryReplayMap(),
    print: () => undefined,
  });

describe('the status page', () => {
  it('has a policy without exceptions', async () => {
    const response = await fetch(gateway.url);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none';/u);
    expect(policy).not.toMatch(/unsafe|\*|https?:|data:/u);
    for (const directive of ['frame-ancestors', 'base-uri', 'form-action']) {
      expect(policy).toContain(`${directive} 'none'`);
    }
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('shows nothing without the token', async () => {
    const html = await (await fetch(gateway.url)).text();
    expect(html).not.toContain(router.fingerprint);
    expect(html).not.toContain('data-call');
  });

  it('asks for the token once, keeps it in memory, and refreshes by itself', async () => {
    await withPage({}, async (page, context) => {
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(gateway.url);
      await page.getByLabel(/token/iu).fill('wrong');
      await page.keyboard.press('Enter');
      await page.getByText('This is not the token.').waitFor();
      await page.getByLabel(/token/iu).fill(gateway.token);
      await page.keyboard.press('Enter');
      await page.getByText(router.fingerprint).waitFor();
      expect(await page.locator('[data-call]').count()).toBe(HOSTILE.length);
      await ask('one-more');
      await page.getByText('one-more').waitFor({ timeout: 20_000 });
      expect(page.url()).not.toContain(gateway.token);
      const kept: unknown = await page.evaluate(
        '[localStorage.length, sessionStorage.length, document.cookie]',
      );
      expect(kept).toEqual([0, 0, '']);
      expect((await context.cookies()).length).toBe(0);
      // A browser logs every 401 by itself.
      expect(complaints.filter((text) => !text.includes('401'))).toEqual([]);
    });
  });

  it('shows names as text, whatever they contain', async () => {
    await withPage({ extraHTTPHeaders: { authorization: authorization() } }, async (page) => {
      await page.goto(gateway.url);
      await page.locator('[data-call]').first().waitFor();
      expect(await page.title()).toBe('NOMYO gateway');
      expect(await page.locator('h1').count()).toBe(1);
      expect(await page.locator('main').count()).toBe(1);
      expect(await page.locator('img').count()).toBe(0);
      const text = await page.locator('main').innerText();
      expect(text).toContain('⟨U+202E⟩gnp.exe');
      expect(text).toContain('⟨U+001B⟩');
      // eslint-disable-next-line no-control-regex -- these are what must not be there
      expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u);
      expect(await page.content()).not.toContain('SECRET-QUESTION');
    });
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
    ['dark', 360],
  ] as const)('passes axe, %s at %d pixels, and does not scroll sideways', async (colorScheme, width) => {
    const options = {
      colorScheme,
      viewport: { width, height: 900 },
      bypassCSP: true,
      extraHTTPHeaders: { authorization: authorization() },
    };
    await withPage(options, async (page) => {
      await page.goto(gateway.url);
      await page.locator('[data-call]').first().waitFor();
      expect(await violationsOf(page)).toEqual([]);
      const overflow: unknown = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(overflow).toBeLessThanOrEqual(0);
      const screenshots = process.env['NOMYO_SCREENSHOTS'];
      if (screenshots !== undefined) {
        await page.screenshot({
          path: `${screenshots}/status-${colorScheme}-${String(width)}.png`,
          fullPage: true,
        });
      }
    });
  });

  it('shows full roots when the client speaks version 2 of the protocol, and passes axe', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'nomyo-gateway-'));
    const [file, output] = [join(dir, 'root.pem'), join(dir, 'signer.pem')];
    const roots = [await createRoot(file), await createRoot(join(dir, 'other.pem'))];
    await delegate({ root: file, output, realm: '127.0.0.1', days: 1, epoch: 1 });
    const sealing = await startSealing(output);
    const client = { baseUrl: sealing.url, allowHttp: true, keyDir: null, protocol: v2({ roots }) };
    const own = await startGateway({ port: 0, client });
    const options = { bypassCSP: true, extraHTTPHeaders: { authorization: `Bearer ${own.token}` } };
    try {
      await withPage(options, async (page) => {
        await page.goto(own.url);
        const text = await page.locator('main').innerText();
        for (const root of roots) expect(text).toContain(root);
        expect(text).toContain('the root vouches for every key of the router');
        expect(text).toContain('each call has its own keys');
        expect(text).not.toContain('Problem');
        expect(await violationsOf(page)).toEqual([]);
      });
    } finally {
      await own.close();
      await sealing.close();
      rmSync(dir, { recursive: true });
    }
  });

  it('passes axe before the token too', async () => {
    await withPage({ bypassCSP: true }, async (page) => {
      await page.goto(gateway.url);
      expect(await violationsOf(page)).toEqual([]);
    });
  });
});
