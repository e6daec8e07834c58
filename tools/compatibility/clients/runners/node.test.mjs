import { after, before, test } from 'node:test';
import { SecureChatCompletion } from 'nomyo-js';
import { assertReceived, assertReceivedTimes, assertSealed, startTestRouter } from '@nomyo/router/testing';

let router;
before(async () => {
  router = await startTestRouter({ answers: 'Hello!', tls: true });
  const client = new SecureChatCompletion(router.clientOptions);
  await client.create({ model: 'm', messages: [{ role: 'user', content: 'a question' }] });
  client.dispose();
});
after(() => router.close());

test('the request that arrived is the one that was sent, sealed', async () => {
  await assertReceived(router, { model: 'm', messages: [{ role: 'user', content: /question/ }] });
  assertReceivedTimes(router, 1);
  assertSealed(router, 'a question');
});

test('a wrong expectation fails', () => {
  assertReceivedTimes(router, 2);
});
