/** Some servers answer 200 with an error in it: the seal makes a good answer of it for everybody on the way. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { APIError, SecureCompletionClient } from '../../src/index.js';
import { createSecureFetch } from '../../src/fetch/index.js';
import { MARKERS } from '../leaks.js';
import { clientOver, Loopback, protocolOver } from '../loopback.js';
import { cleanUp, later, rejection, REQUEST } from '../support.js';

afterEach(cleanUp);

const answering = (answer: object): Loopback => Object.assign(new Loopback(), { answer });

const WORDS = 'the context is too long';

describe('a sealed 200 with an error', () => {
  it.each([
    ['an object', { error: { message: WORDS, type: 'invalid_request_error', code: 400 } }],
    ['a text', { error: WORDS }],
  ])('that is %s is an APIError with the words of the service', async (_kind, answer) => {
    const made = clientOver(answering(answer));
    for (const call of [
      made.create(REQUEST),
      made.createRaw(REQUEST),
      made.create({ ...REQUEST, stream: true }),
    ]) {
      const error = await rejection(call);
      expect(error).toBeInstanceOf(APIError);
      expect(error).toMatchObject({ status: 200, possiblyExecuted: true, payloadId: expect.any(String) });
      expect(error).toHaveProperty('message', expect.stringContaining(WORDS));
    }
  });

  it('is one at the low level, too', async () => {
    const protocol = protocolOver(answering({ error: WORDS }));
    const made = new SecureCompletionClient({ protocol });
    later(() => made.dispose());
    expect(await rejection(made.sendSecureRequest(REQUEST, 'id'))).toBeInstanceOf(APIError);
  });

  it('repeats no API key', async () => {
    const made = clientOver(answering({ error: { message: `no such key: ${MARKERS.apiKey}` } }), {
      apiKey: MARKERS.apiKey,
    });
    const error = await rejection(made.create(REQUEST));
    expect(JSON.stringify([error, String(error)])).not.toContain(MARKERS.apiKey);
  });

  it('is not a good answer of the adapter, and is not requested twice', async () => {
    const secureFetch = createSecureFetch({ client: clientOver(answering({ error: { message: WORDS } })) });
    const response = await secureFetch('/v1/chat/completions', {
      method: 'POST',
      body: JSON.stringify(REQUEST),
    });
    expect([response.status, response.headers.get('x-should-retry')]).toEqual([502, 'false']);
    expect(await response.text()).toContain(WORDS);
  });

  it('that is null next to an answer is ignored', async () => {
    const answer = { error: null, choices: [{ index: 0, message: { role: 'assistant', content: 'x' } }] };
    await expect(clientOver(answering(answer)).create(REQUEST)).resolves.toHaveProperty('choices');
    (await clientOver(answering({ ...answer, error: 'of another kind' })).createRaw(REQUEST)).dispose();
  });
});
