/** A page whose server has another build by now: what explains a failure cannot be loaded. */
import { afterEach, expect, it, jest } from '@jest/globals';
import { cleanUp, configFor, later, posts, REQUEST, router } from '../support.js';

jest.unstable_mockModule('../../src/fetch/failures.js', () => {
  throw new TypeError('Failed to fetch dynamically imported module');
});
const { createSecureFetch } = await import('../../src/fetch/index.js');

afterEach(cleanUp);

it('still answers a forgery with a 403, and reports the original error', async () => {
  const to = await router({ fail: 'flip-tag' });
  const errors: unknown[] = [];
  const secureFetch = createSecureFetch({ ...configFor(to), onError: (error) => void errors.push(error) });
  later(() => secureFetch.dispose());
  const response = await secureFetch('https://api.openai.com/v1/chat/completions', {
    method: 'POST',
    body: JSON.stringify(REQUEST),
  });
  expect([response.status, response.headers.get('x-should-retry')]).toEqual([403, 'false']);
  expect(await response.json()).toMatchObject({
    error: { type: 'nomyo_connection_error', code: 'CONNECTION_FAILED', param: null },
  });
  expect(errors).toMatchObject([{ code: 'DECRYPTION_FAILED' }]);
  expect(posts(to)).toHaveLength(1);
});
