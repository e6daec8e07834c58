import { afterEach, describe, expect, it } from '@jest/globals';
import { startRouter, type Router } from '../../../src/testing/index.js';

let router: Router | undefined;
afterEach(() => router?.close());

const PAGE = 'https://page.example';

describe('pages of another origin', () => {
  it('can read nothing unless they are allowed', async () => {
    router = await startRouter({ keySize: 2048 });
    const answer = await fetch(`${router.url}/pki/public_key`, { headers: { origin: PAGE } });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect((await fetch(`${router.url}/pki/public_key`, { method: 'OPTIONS' })).status).toBe(405);
  });

  it('may call when allowed, and read errors too', async () => {
    router = await startRouter({ keySize: 2048, allowOrigin: PAGE });
    for (const path of ['/pki/public_key', '/nowhere']) {
      const answer = await fetch(`${router.url}${path}`);
      expect(answer.headers.get('access-control-allow-origin')).toBe(PAGE);
    }
    const preflight = await fetch(`${router.url}/v1/chat/secure_completion`, { method: 'OPTIONS' });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, POST');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('x-public-key');
    expect(router.requests.map(({ path }) => path)).toEqual(['/pki/public_key', '/nowhere']);
  });

  it.each(['page.example', 'https://page.example/', 'https://page.example/path', 'https://a https://b', ''])(
    'need a proper origin: %j',
    async (allowOrigin) => {
      await expect(startRouter({ allowOrigin })).rejects.toMatchObject({ argument: 'allowOrigin' });
    },
  );
});
