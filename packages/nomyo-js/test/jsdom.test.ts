/** Values from a program under jsdom, whose window has its own bytes, headers and signals. */
import { JSDOM } from 'jsdom';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ChatRequest } from '@nomyo/router/testing';
import type { ChatCompletionRequest } from '../src/index.js';
import { setUp, URL_OF_CHAT } from './fetch/support.js';
import { MARKERS } from './leaks.js';
import { cleanUp, client, lowLevelClient, posts, rejection, REQUEST, router } from './support.js';

afterEach(cleanUp);

const { window } = new JSDOM('', { runScripts: 'outside-only' });

/** The value of `code` as a script of the page. */
function inPage(code: string): unknown {
  return window.eval(code);
}

describe('under jsdom', () => {
  it('classes are not those of Node', () => {
    expect(inPage('new Uint8Array(1)')).not.toBeInstanceOf(Uint8Array);
    expect(inPage('new Headers()')).not.toBeInstanceOf(Headers);
    expect(inPage('new AbortController().signal')).not.toBeInstanceOf(AbortSignal);
  });

  it('bytes count as text in a request of the page', async () => {
    const seen: ChatRequest[] = [];
    const answers = (request: ChatRequest): string => {
      seen.push(request);
      return 'ok';
    };
    const to = await router({ answers });
    const request = inPage(
      `({ model: 'm', messages: [{ role: 'user', content: Uint8Array.from('Hi', (c) => c.charCodeAt(0)) }] })`,
    ) as ChatCompletionRequest;
    await client(to).create(request);
    expect(seen[0]?.messages).toEqual([{ role: 'user', content: 'Hi' }]);
  });

  it.each([
    'new ArrayBuffer(2)',
    'new Blob(["Hi"])',
    'new File(["Hi"], "a.txt")',
    'new FormData()',
    'document.body',
    'new Map([["a", 1]])',
    'Promise.resolve("Hi")',
  ])('%s as content is refused, and nothing is sent', async (code) => {
    const to = await router();
    const request = { model: 'm', messages: [{ role: 'user', content: inPage(code) as never }] } as const;
    expect(await rejection(client(to).create(request))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(posts(to)).toHaveLength(0);
  });

  it("a page's Headers are sent", async () => {
    const to = await router();
    const headers = inPage("new Headers({ 'x-of-mine': 'yes' })") as Headers;
    await client(to).create(REQUEST, { headers });
    expect(posts(to)[0]?.headers['x-of-mine']).toBe('yes');
  });

  it("a page's signal ends a call with its reason", async () => {
    const to = await router({ fail: 'never' });
    const controller = inPage('new AbortController()') as AbortController;
    const call = rejection(client(to).create(REQUEST, { signal: controller.signal }));
    while (posts(to).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort('enough');
    expect(await call).toBe('enough');
  });

  it('a signal that was already aborted sends nothing', async () => {
    const to = await router();
    const controller = inPage('new AbortController()') as AbortController;
    controller.abort('enough');
    expect(await rejection(client(to).create(REQUEST, { signal: controller.signal }))).toBe('enough');
    expect(posts(to)).toHaveLength(0);
  });

  it('an envelope as bytes of the page is opened', async () => {
    const made = lowLevelClient(await router());
    for (const code of ['new Uint8Array(8)', 'new ArrayBuffer(8)']) {
      expect(await rejection(made.decryptResponse(inPage(code) as Uint8Array, 'id'))).toMatchObject({
        code: 'INVALID_ENVELOPE',
      });
    }
  });

  it('a password as bytes of the page encrypts the key files', async () => {
    const password = inPage(`Uint8Array.from('${MARKERS.password}', (c) => c.charCodeAt(0))`) as Uint8Array;
    const made = lowLevelClient(await router(), { keyRotationPassword: password });
    await expect(made.sendSecureRequest(REQUEST, 'id')).resolves.toHaveProperty('choices');
  });

  it("createSecureFetch takes a page's body, headers and URL", async () => {
    const { asked, secureFetch } = await setUp();
    const text = JSON.stringify(JSON.stringify(REQUEST));
    const init = inPage(`({
      method: 'POST',
      headers: new Headers({ 'content-type': 'application/json' }),
      body: Uint8Array.from(${text}, (c) => c.charCodeAt(0)),
    })`) as RequestInit;
    expect((await secureFetch(inPage(`new URL('${URL_OF_CHAT}')`) as URL, init)).status).toBe(200);
    expect(asked).toMatchObject([{ model: REQUEST.model, messages: REQUEST.messages }]);
  });
});
