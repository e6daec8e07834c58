/** Version 2 in a real browser: a sealed call, a live stream, and a root without a signature. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { cleanUp } from '../support.js';
import { completionOf, DONE, eventOf } from '../v2/model.js';
import { stage, streaming, type Stage } from '../v2/stage.js';
import { servePages, startBrowser, whyNot } from './pages.js';

const reason = whyNot();
const suite = reason === undefined ? describe : describe.skip;

/** State of the page while its stream is under way. */
declare global {
  var heard: string[];
  var ended: Promise<void>;
}

suite(`version 2 in Chromium${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let pages: Awaited<ReturnType<typeof servePages>>;
  let browser: Browser;
  let to: Stage;
  let page: Page;
  let goOn = (): void => undefined;

  beforeAll(async () => {
    const secondPiece = new Promise<void>((resolve) => (goOn = resolve));
    const streamed = streaming([eventOf('first'), eventOf('second'), DONE], (i) =>
      i === 1 ? secondPiece : undefined,
    );
    pages = await servePages();
    to = await stage({
      script: (received, response) => {
        if (received.body.includes('"stream":true')) return streamed(received, response);
        response.setHeader('content-type', 'application/json');
        response.end(completionOf('Nobody else.'));
        return undefined;
      },
    });
    browser = await startBrowser({ port: to.server.port, ca: to.ca });
    page = await (await browser.newContext()).newPage();
    await page.goto(`http://localhost:${String(pages.port)}/`);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await cleanUp();
    await pages.close();
  });

  it('asks, and is answered under the seal', async () => {
    const sent: Buffer[] = [];
    page.on('request', (request) => sent.push(request.postDataBuffer() ?? Buffer.alloc(0)));
    const { said, metadata } = await page.evaluate(
      async ({ baseUrl, root }) => {
        const { SecureChatCompletion } = await import('nomyo-js');
        const { v2 } = await import('nomyo-js/v2');
        const client = new SecureChatCompletion({
          baseUrl,
          protocol: v2({ roots: [root] }),
          keyDir: null,
          dangerouslyAllowBrowser: true,
        });
        const messages = [{ role: 'user', content: 'Who opens this?' }] as const;
        const answer = await client.create({ model: 'm', messages, security_tier: 'high' });
        client.dispose();
        return { said: answer.choices[0]?.message.content, metadata: answer._metadata };
      },
      { baseUrl: to.url, root: to.authority.pin },
    );
    expect(said).toBe('Nobody else.');
    expect(metadata).toMatchObject({ protocol: 'nomyo/2', suite: 1, applied_tier: 'high' });
    expect(Buffer.concat(sent).byteLength).toBeGreaterThan(2_000);
    expect(Buffer.concat(sent).toString('latin1')).not.toContain('Who opens this?');
  });

  it('streams each event as it comes', async () => {
    await page.evaluate(
      async ({ baseUrl, root }) => {
        const { SecureChatCompletion } = await import('nomyo-js');
        const { v2 } = await import('nomyo-js/v2');
        const protocol = v2({ roots: [root] });
        const options = { baseUrl, protocol, keyDir: null, dangerouslyAllowBrowser: true };
        const client = new SecureChatCompletion(options);
        const messages = [{ role: 'user', content: 'Who opens this?' }] as const;
        globalThis.heard = [];
        globalThis.ended = (async () => {
          for await (const event of await client.create({ model: 'm', messages, stream: true })) {
            globalThis.heard.push(event.choices[0]?.delta.content ?? '');
          }
          client.dispose();
        })();
      },
      { baseUrl: to.url, root: to.authority.pin },
    );
    // The model has not said its second word: it waits for this test.
    await page.waitForFunction(() => globalThis.heard.length === 1);
    goOn();
    expect(await page.evaluate(() => globalThis.ended.then(() => globalThis.heard))).toEqual([
      'first',
      'second',
    ]);
  });

  it('refuses a router whose keys are not signed for its root', async () => {
    const other = `ed25519/${Buffer.alloc(32, 1).toString('base64')}`;
    const code = await page.evaluate(
      async ({ baseUrl, root }) => {
        const { NomyoError, SecureChatCompletion } = await import('nomyo-js');
        const { v2 } = await import('nomyo-js/v2');
        const protocol = v2({ roots: [root] });
        const client = new SecureChatCompletion({
          baseUrl,
          protocol,
          keyDir: null,
          dangerouslyAllowBrowser: true,
        });
        const failure: unknown = await client.ready().catch((error: unknown) => error);
        client.dispose();
        return failure instanceof NomyoError ? failure.code : String(failure);
      },
      { baseUrl: to.url, root: other },
    );
    expect(code).toBe('CONFIG_UNTRUSTED');
  });
});
