/** Programs that others wrote: they are told a base URL and a key, and nothing of encryption. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import OpenAI from 'openai';
import { startRouter, type Router } from '@nomyo/router/testing';
import { startGateway, type Gateway } from '../src/index.js';

let router: Router;
let gateway: Gateway;
let openai: OpenAI;

beforeAll(async () => {
  router = await startRouter({ keySize: 2048 });
  gateway = await startGateway({
    port: 0,
    client: { baseUrl: router.url, allowHttp: true, keyDir: null, keySize: 2048 },
  });
  openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.token });
});
afterAll(async () => {
  await gateway.close();
  await router.close();
});

const posts = () => router.requests.filter(({ method }) => method === 'POST').length;
const messages = [{ role: 'user', content: 'hello there' }] as const;

describe('the client of OpenAI', () => {
  it('asks, whole and as a stream', async () => {
    const whole = await openai.chat.completions.create({ model: 'm', messages: [...messages] });
    expect(whole.choices[0]?.message.content).toContain('hello there');
    const stream = await openai.chat.completions.create({
      model: 'm',
      messages: [...messages],
      stream: true,
    });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe(whole.choices[0]?.message.content);
  });

  it('uses responses, and their stream', async () => {
    const whole = await openai.responses.create({ model: 'm', input: 'hello there' });
    expect(whole.output_text).toContain('hello there');
    const stream = openai.responses.stream({ model: 'm', input: 'hello there' });
    expect((await stream.finalResponse()).output_text).toBe(whole.output_text);
  });

  it('has an error of its own class for a wrong token and for a forged answer, which it does not ask for again', async () => {
    const stranger = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'a-wrong-token', maxRetries: 2 });
    const call = { model: 'm', messages: [...messages] };
    await expect(stranger.chat.completions.create(call)).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    router.setFail('flip-tag');
    const before = posts();
    await expect(openai.chat.completions.create(call)).rejects.toMatchObject({
      status: 403,
      code: 'DECRYPTION_FAILED',
    });
    expect(posts()).toBe(before + 1);
    router.setFail(undefined);
  });

  it('ends its call upstream when it is aborted', async () => {
    router.setFail('never');
    const controller = new AbortController();
    const before = posts();
    const call = openai.chat.completions.create(
      { model: 'm', messages: [...messages] },
      { signal: controller.signal },
    );
    const failed = expect(call).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    await until(async () => (await metrics()).includes('nomyo_gateway_calls_running 1'));
    const open = router.openConnections;
    controller.abort();
    await failed;
    await until(() => router.openConnections < open || posts() > before);
    await until(async () => (await metrics()).includes('nomyo_gateway_calls_running 0'));
    router.setFail(undefined);
  });
});

const metrics = async () =>
  (await fetch(`${gateway.url}/metrics`, { headers: { 'x-api-key': gateway.token } })).text();

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((done) => setTimeout(done, 20));
}

describe('curl', () => {
  const curl = (path: string, body: object, ...args: string[]) =>
    new Promise<string>((resolve, reject) => {
      const all = ['-sS', '-N', gateway.url + path, '-d', JSON.stringify(body), ...args];
      execFile('curl', all, (error, stdout) => (error instanceof Error ? reject(error) : resolve(stdout)));
    });

  it('asks as the page of the gateway says, by every protocol', async () => {
    const bearer = ['-H', `Authorization: Bearer ${gateway.token}`];
    const anthropic = ['-H', `x-api-key: ${gateway.token}`, '-H', 'anthropic-version: 2023-06-01'];
    const body = { model: 'm', max_tokens: 100, messages };
    expect(JSON.parse(await curl('/v1/chat/completions', body, ...bearer))).toMatchObject({
      object: 'chat.completion',
    });
    expect(JSON.parse(await curl('/v1/messages', body, ...anthropic))).toMatchObject({
      type: 'message',
      content: [{ type: 'text', text: expect.stringContaining('hello there') }],
    });
    const stream = await curl('/v1/messages', { ...body, stream: true }, ...anthropic);
    expect(stream).toMatch(/^event: message_start\n[\s\S]*event: message_stop\n/u);
    const lines = (await curl('/api/chat', body, ...bearer)).trim().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ done: true });
  });
});
