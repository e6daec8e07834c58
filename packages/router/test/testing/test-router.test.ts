import { AssertionError } from 'node:assert';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  assertReceived,
  assertReceivedTimes,
  assertSealed,
  routerMatchers,
  startTestRouter,
  type Answers,
  type TestRouter,
  type TestRouterOptions,
} from '../../src/testing/index.js';
import { clientOf, detailOf, HELLO } from './support.js';

const running: TestRouter[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((router) => router[Symbol.asyncDispose]()));
});

async function start(options?: TestRouterOptions): Promise<TestRouter> {
  const router = await startTestRouter(options);
  running.push(router);
  return router;
}

async function contentsOf(answers: Answers, calls: number): Promise<unknown[]> {
  const client = clientOf(await start({ answers }));
  const contents: unknown[] = [];
  for (let i = 0; i < calls; i += 1) {
    const answer = (await client.complete(HELLO)) as { choices: { message: { content: unknown } }[] };
    contents.push(answer.choices[0]?.message.content);
  }
  return contents;
}

describe('answers', () => {
  it('is a text for every call, or a list whose last one is repeated', async () => {
    expect(await contentsOf('Hello!', 2)).toEqual(['Hello!', 'Hello!']);
    expect(await contentsOf(['one', { content: 'two' }, () => 'three'], 4)).toEqual([
      'one',
      'two',
      'three',
      'three',
    ]);
  });

  it('is a function of the opened request', async () => {
    const answers: Answers = async ({ model, messages }) =>
      Promise.resolve(`${model}: ${String(messages[0]?.['content'])}`);
    expect(await contentsOf(answers, 1)).toEqual(['test-model: Hello, who are you?']);
  });

  it('is a message with tool calls, or a whole completion that is sealed unchanged', async () => {
    const call = { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{}' } };
    const whole = { id: 'mine', choices: [] };
    const client = clientOf(await start({ answers: [{ tool_calls: [call] }, whole] }));
    expect(await client.complete(HELLO)).toMatchObject({
      object: 'chat.completion',
      model: 'test-model',
      choices: [
        { finish_reason: 'tool_calls', message: { role: 'assistant', content: null, tool_calls: [call] } },
      ],
    });
    expect(await client.complete(HELLO)).toEqual(whole);
  });

  it.each([
    [
      () => {
        throw new Error('quotes the prompt');
      },
      'the function in answers threw',
    ],
    [() => undefined as unknown as string, 'the function in answers returned neither a text nor an object'],
  ])('of a failing function is a 500 that does not quote it', async (answers, detail) => {
    const answer = await clientOf(await start({ answers })).send(HELLO);
    expect([answer.status, detailOf(answer)]).toEqual([500, detail]);
  });

  it.each([[[]], [42], [[null]]])('is refused when it is %j', async (answers) => {
    await expect(startTestRouter({ answers: answers as unknown as string })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      argument: 'answers',
    });
  });

  it('is refused together with an upstream', async () => {
    await expect(startTestRouter({ answers: 'a', upstream: 'http://127.0.0.1:1' })).rejects.toMatchObject({
      argument: 'answers',
    });
  });
});

describe('a test router', () => {
  it('tells what a client needs', async () => {
    const plain = await start({ apiKeys: ['api-key-1', 'api-key-2'] });
    expect(plain.clientOptions).toEqual({
      baseUrl: plain.url,
      allowHttp: true,
      apiKey: 'api-key-1',
      keyDir: null,
    });
    const tls = await start({ tls: true });
    expect(tls.clientOptions).toEqual({
      baseUrl: tls.url,
      allowHttp: false,
      tls: { ca: tls.ca },
      keyDir: null,
    });
  });

  it('opens what arrived, even if sealed to a replaced key or answered with a failure', async () => {
    const router = await start({ fail: ['503', 'ok'], apiKeys: ['api-key-1'] });
    const client = clientOf(router, { apiKey: 'api-key-1', tier: 'high' });
    await client.send(HELLO);
    await router.rotateKey();
    await clientOf(router, { apiKey: 'api-key-1' }).complete({ ...HELLO, model: 'other' });
    await client.post(Buffer.from('no envelope'));
    expect(await router.opened()).toMatchObject([
      { payload: HELLO, apiKey: 'api-key-1', tier: 'high', seen: { status: 503 } },
      { payload: { ...HELLO, model: 'other' }, tier: undefined, seen: { status: 200 } },
    ]);
  });
});

describe('matchers and assertions', () => {
  const expectedOf = (content: unknown) => ({ model: 'test-model', messages: [{ role: 'user', content }] });

  it('agree on what arrived, and quote nothing of it', async () => {
    const router = await start({ fail: ['503', 'ok'] });
    await clientOf(router).send(HELLO);
    await clientOf(router).send(HELLO);
    for (const content of [HELLO.messages[0].content, /who are you/u, expect.any(String)]) {
      await assertReceived(router, expectedOf(content));
      expect(await routerMatchers.toHaveReceived(router, expectedOf(content))).toMatchObject({ pass: true });
    }
    assertReceivedTimes(router, 2);
    assertSealed(router, 'Hello, who are you?');
    const differs = await routerMatchers.toHaveReceived(router, expectedOf('something else'));
    expect(differs.pass).toBe(false);
    expect(differs.message()).toBe(
      'the router received 2 requests, and none matches: the last one differs in messages[0].content',
    );
    const longer = await routerMatchers.toHaveReceived(router, { messages: [{}, {}] });
    expect(longer.message()).toMatch(/messages\.length$/u);
    expect(routerMatchers.toHaveReceivedTimes(router, 3).message()).toBe(
      'the router received 2 requests; expected 3',
    );
  });

  it('fail when they must', async () => {
    const router = await start({ fail: '200-plaintext' });
    await expect(assertReceived(router, {})).rejects.toBeInstanceOf(AssertionError);
    expect(() => assertReceivedTimes(router, 1)).toThrow(AssertionError);
    await clientOf(router).send(HELLO);
    expect(() => assertSealed(router, 'chat.completion')).toThrow(/in the clear, in request 2$/u);
  });

  it.each(['utf8', 'base64', 'hex'] as const)('find a prompt that was sent as %s', async (encoding) => {
    const router = await start();
    const body = Buffer.from(`{"x":"${Buffer.from('ab the prompt of this test').toString(encoding)}"}`);
    await clientOf(router).post(body);
    expect(() => assertSealed(router, 'the prompt of this test')).toThrow(/in the clear/u);
  });
});
