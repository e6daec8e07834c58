/** Objects of another realm (vm, jsdom, Jest) are what they are: no class of ours is asked for. */
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ChatCompletionRequest } from '../src/index.js';
import type { ChatRequest } from '@nomyo/router/testing';
import { MARKERS } from './leaks.js';
import { cleanUp, client, lowLevelClient, posts, rejection, REQUEST, router } from './support.js';

afterEach(cleanUp);

/** The value of `code` in another realm. */
function foreign(code: string): unknown {
  return runInNewContext(code);
}

describe('of another realm', () => {
  it('bytes count as text, in a request from the same realm', async () => {
    const seen: ChatRequest[] = [];
    const to = await router({
      answers: (request) => {
        seen.push(request);
        return 'ok';
      },
    });
    const request = foreign(
      `({ model: '${REQUEST.model}', messages: [{ role: 'user', content: new Uint8Array([72, 105]) }] })`,
    ) as ChatCompletionRequest;
    await client(to).create(request);
    expect(seen[0]?.messages).toEqual([{ role: 'user', content: 'Hi' }]);
  });

  it('an ArrayBuffer where text belongs is refused, not sealed as an empty object', async () => {
    const to = await router();
    const content = foreign('new ArrayBuffer(2)') as never;
    const request = { ...REQUEST, messages: [{ role: 'user', content }] } as const;
    expect(await rejection(client(to).create(request))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(posts(to)).toHaveLength(0);
  });

  it('an envelope opens, as bytes and as an ArrayBuffer', async () => {
    const to = await router();
    const made = lowLevelClient(to);
    for (const code of ['new Uint8Array(8)', 'new ArrayBuffer(8)']) {
      expect(await rejection(made.decryptResponse(foreign(code) as Uint8Array, 'id'))).toMatchObject({
        code: 'INVALID_ENVELOPE',
      });
    }
  });

  it('a signal ends a call, even one of a custom class', async () => {
    const to = await router({ fail: 'never' });
    class Signal extends EventTarget {
      aborted = false;
      reason: unknown;
      throwIfAborted(): void {
        if (this.aborted) throw this.reason;
      }
    }
    const signal = new Signal();
    const call = rejection(client(to).create(REQUEST, { signal }));
    while (posts(to).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    signal.aborted = true;
    signal.reason = 'enough';
    signal.dispatchEvent(new Event('abort'));
    expect(await call).toBe('enough');
  });

  it('a Map and an array of options and headers are read', async () => {
    const to = await router();
    const headers = foreign("new Map([['x-of-mine', 'yes']])") as Map<string, string>;
    await client(to).create(REQUEST, { headers });
    expect(posts(to)[0]?.headers['x-of-mine']).toBe('yes');
  });

  it('a password as bytes opens what it encrypted', async () => {
    const to = await router();
    const password = foreign(`Uint8Array.from('${MARKERS.password}', (c) => c.charCodeAt(0))`) as Uint8Array;
    const made = lowLevelClient(to, { keyRotationPassword: password });
    await expect(made.sendSecureRequest(REQUEST, 'id')).resolves.toHaveProperty('choices');
  });
});
