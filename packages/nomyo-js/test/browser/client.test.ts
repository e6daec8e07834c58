/** The whole client in a real browser: a page of one origin, the local router on another, HTTPS in between. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startRouter, type Router } from '@nomyo/router/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { ServerKeyPolicy } from '../../src/index.js';
import { header, posts } from '../support.js';
import { servePages, startBrowser, whyNot } from './pages.js';

const reason = whyNot();
const suite = reason === undefined ? describe : describe.skip;

suite(`a client in Chromium${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let pages: Awaited<ReturnType<typeof servePages>>;
  let to: Router;
  let browser: Browser;
  let origin: BrowserContext;

  beforeAll(async () => {
    pages = await servePages();
    to = await startRouter({
      tls: true,
      keySize: 2048,
      apiKeys: ['a-key'],
      allowOrigin: `http://localhost:${String(pages.port)}`,
    });
    browser = await startBrowser(to);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await pages.close();
    await to.close();
  });
  beforeEach(async () => {
    origin = await browser.newContext();
  });
  afterEach(() => origin.close());

  const tab = async (): Promise<Page> => {
    const page = await origin.newPage();
    await page.goto(`http://localhost:${String(pages.port)}/`);
    return page;
  };

  /** One call in a page, by a client of its own: what the model said, or the code of the error. */
  const ask = (page: Page, config: { serverKeyPolicy?: ServerKeyPolicy } = {}): Promise<string> =>
    page.evaluate(
      async ({ baseUrl, given }) => {
        const { NomyoError, SecureChatCompletion } = await import('nomyo-js');
        const client = new SecureChatCompletion({
          baseUrl,
          apiKey: 'a-key',
          dangerouslyAllowBrowser: true,
          keyStorage: 'indexeddb',
          keySize: 2048,
          maxRetries: 0,
          ...given,
        });
        try {
          const messages = [{ role: 'user', content: 'Who opens this?' }] as const;
          const answer = await client.create({ model: 'm', messages, security_tier: 'maximum' });
          return String(answer.choices[0]?.message.content);
        } catch (error) {
          return error instanceof NomyoError ? error.code : String(error);
        } finally {
          client.dispose();
        }
      },
      { baseUrl: to.url, given: config },
    );

  it('asks and is answered with the pair of its origin, also after a reload and in another tab', async () => {
    const page = await tab();
    expect(await ask(page)).toContain('Who opens this?');
    await page.reload();
    expect(await ask(page)).toContain('Who opens this?');
    expect(await ask(await tab())).toContain('Who opens this?');
    const seen = posts(to);
    expect(seen.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(seen.map((post) => header(post, 'x-public-key'))).size).toBe(1);
    expect(header(seen[0], 'x-security-tier')).toBe('maximum');
    expect(Buffer.from(seen[0]?.requestBody ?? []).toString('latin1')).not.toContain('Who opens this?');
  });

  it('remembers the router for all tabs, and refuses its new key', async () => {
    const page = await tab();
    const config = { serverKeyPolicy: 'first-use' } as const;
    expect(await ask(page, config)).toContain('Who opens this?');
    await to.rotateKey();
    await page.reload();
    expect(await ask(page, config)).toBe('SERVER_KEY_CHANGED');
    expect(await ask(await tab(), config)).toBe('SERVER_KEY_CHANGED');
    expect(await ask(page)).toContain('Who opens this?');
  });

  it('loads a dialect with its first request, and streaming with the first stream', async () => {
    const page = await tab();
    const said = await page.evaluate(async (baseUrl) => {
      const { createSecureFetch } = await import('nomyo-js/fetch');
      const scripts = (): number => performance.getEntriesByType('resource').length;
      const secureFetch = createSecureFetch({
        baseUrl,
        apiKey: 'a-key',
        dangerouslyAllowBrowser: true,
        keySize: 2048,
      });
      const messages = [{ role: 'user', content: 'Who opens this?' }];
      const requests = [
        ['chat/completions', { messages }],
        ['chat/completions', { messages, stream: true }],
        ['responses', { input: 'Who opens this?' }],
        ['messages', { messages, max_tokens: 100 }],
      ] as const;
      const answers: { text: string; before: number; after: number }[] = [];
      for (const [path, members] of requests) {
        const before = scripts();
        const body = JSON.stringify({ model: 'm', ...members });
        const answer = await secureFetch(`${secureFetch.baseURL}/${path}`, { method: 'POST', body });
        answers.push({ text: await answer.text(), before, after: scripts() });
      }
      secureFetch.dispose();
      return answers;
    }, to.url);
    for (const { text } of said) expect(text).toContain('opens');
    // The first call loads nothing but what was imported, and asks the router for its key and for the answer.
    const loaded = said.map(({ before, after }) => after - before);
    expect(loaded[0]).toBe(2);
    for (const count of loaded.slice(1)) expect(count).toBeGreaterThan(1);
  }, 60_000);
});
