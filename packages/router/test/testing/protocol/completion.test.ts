import { describe, expect, it } from '@jest/globals';
import { ClientKeys } from '../../../src/v1/client-keys.js';
import { complete, type Answerer, type CompletionService } from '../../../src/testing/protocol/completion.js';
import { RouterKey } from '../../../src/v1/router-key.js';
import { IndependentClient, seal } from '../independent-client.js';
import { HELLO } from '../support.js';

const client = new IndependentClient({ url: 'http://unused.invalid' });

async function call(answerer: Answerer): Promise<unknown> {
  const key = await RouterKey.from(undefined, 2048);
  const service: CompletionService = {
    key,
    clientKeys: new ClientKeys(),
    apiKeys: [],
    tierModels: {},
    rateLimiter: undefined,
    answerer,
  };
  const envelope = seal(JSON.stringify(HELLO), key.current.publicKey.pem);
  const signal = new AbortController().signal;
  return complete(service, { headers: client.headers(), envelope, signal }, {});
}

describe('plaintext', () => {
  const isWiped = (bytes: Uint8Array | undefined): boolean =>
    bytes !== undefined && bytes.byteLength > 0 && bytes.every((byte) => byte === 0);

  it('is wiped when the answer is sealed, the request and the answer', async () => {
    let request: Uint8Array | undefined;
    const answer = Buffer.from('{"choices":[]}', 'utf8');
    await call((_request, json) => {
      expect(Buffer.from(json).toString('utf8')).toBe(JSON.stringify(HELLO));
      request = json;
      return answer;
    });
    expect([isWiped(request), isWiped(answer)]).toEqual([true, true]);
  });

  it.each([
    ['at once', () => Promise.reject(new Error('failed'))],
    [
      'later',
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        throw new Error('failed');
      },
    ],
  ])('is wiped when the answer fails %s', async (_when, fail) => {
    let request: Uint8Array | undefined;
    await expect(
      call((_request, json) => {
        request = json;
        return fail();
      }),
    ).rejects.toThrow('failed');
    expect(isWiped(request)).toBe(true);
  });
});
