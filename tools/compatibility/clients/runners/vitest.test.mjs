import { SecureChatCompletion } from 'nomyo-js';
import { routerMatchers, startTestRouter } from '@nomyo/router/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

expect.extend(routerMatchers);

let router;
beforeAll(async () => {
  router = await startTestRouter({ answers: 'Hello!', tls: true });
  const client = new SecureChatCompletion(router.clientOptions);
  await client.create({ model: 'm', messages: [{ role: 'user', content: 'a question' }] });
  client.dispose();
});
afterAll(() => router.close());

test('the request that arrived is the one that was sent, sealed', async () => {
  await expect(router).toHaveReceived({ model: 'm', messages: [{ role: 'user', content: /question/ }] });
  expect(router).toHaveReceivedTimes(1);
  expect(router).toHaveSealed('a question');
  await expect(router).not.toHaveReceived({ model: 'another' });
});

test('a wrong expectation fails', () => {
  expect(router).toHaveReceivedTimes(2);
});
