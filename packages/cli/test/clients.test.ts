/** Third-party programs against the real binary: they get a base URL and a key, and know nothing of encryption. */
import Anthropic from '@anthropic-ai/sdk';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startRouter, type ChatRequest, type JsonObject, type Router } from '@nomyo/router/testing';
import { execFile } from 'node:child_process';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { until } from '@nomyo/testkit';
import { collect, Home } from './cli.js';

const home = new Home();
let router: Router;
let url: string;
let token: string;

beforeAll(async () => {
  router = await startRouter({ keySize: 2048, answers: answerTo });
  const args = ['gateway', '--port', '0', '--ephemeral', '--base-url', router.url, '--model', 'm'];
  const output = collect(home.start(args));
  url = await until(() => /http:\/\/127\.0\.0\.1:\d+/u.exec(output().stdout)?.[0]);
  token = /token +([\w-]{22,})$/mu.exec(output().stdout)?.[1] ?? '';
});
afterEach(() => router.setFail(undefined));
afterAll(async () => {
  home.remove();
  await router.close();
});

/** A model that calls the weather tool if it can, and repeats the result. */
function answerTo({ messages, tools }: ChatRequest): string | JsonObject {
  const { role, content } = messages.at(-1) as { readonly role: string; readonly content: unknown };
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  if (role === 'tool') return `It is ${text}.`;
  if (!Array.isArray(tools) || tools.length === 0) return `You said: ${text}`;
  const called = { name: 'weather', arguments: '{"city":"Oslo"}' };
  return { tool_calls: [{ id: 'call_1', type: 'function', function: called }] };
}

const messages = [{ role: 'user' as const, content: 'hello there' }];
const ANSWER = 'You said: hello there';
const parameters = { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] };
const posts = () => router.requests.filter(({ method }) => method === 'POST').length;

/** More than the gateway reads. */
const HUGE = 'x'.repeat(13_000_000);

describe('openai', () => {
  const client = (apiKey = token) => new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 2 });
  const ask = (content = 'hello there') => ({ model: 'm', messages: [{ role: 'user' as const, content }] });

  it('asks, whole and as a stream, and lists models', async () => {
    const whole = await client().chat.completions.create(ask());
    expect(whole.choices[0]?.message.content).toBe(ANSWER);
    const stream = await client().chat.completions.create({ ...ask(), stream: true });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe(ANSWER);
    expect((await client().models.list()).data).toMatchObject([{ id: 'm' }]);
  });

  it('uses responses, and their stream', async () => {
    const call = { model: 'm', input: 'hello there' };
    expect((await client().responses.create(call)).output_text).toBe(ANSWER);
    expect((await client().responses.stream(call).finalResponse()).output_text).toBe(ANSWER);
  });

  it('calls a tool, and continues with its result', async () => {
    const weather = {
      type: 'function' as const,
      function: {
        name: 'weather',
        description: 'The temperature in a city',
        parameters,
        function: () => '7 degrees',
        parse: JSON.parse,
      },
    };
    const runner = client().chat.completions.runTools({ ...ask(), tools: [weather] });
    expect(await runner.finalContent()).toBe('It is 7 degrees.');
  });

  it('throws its own error class for each refusal, and never retries a forged answer', async () => {
    const failed = (apiKey?: string, content?: string) =>
      client(apiKey).chat.completions.create(ask(content));
    await expect(failed('a-wrong-token')).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    await expect(failed(token, HUGE)).rejects.toMatchObject({ status: 413 });
    router.setFail('flip-tag');
    const before = posts();
    await expect(failed()).rejects.toMatchObject({ status: 403, code: 'DECRYPTION_FAILED' });
    expect(posts()).toBe(before + 1);
    router.setFail('400');
    await expect(failed()).rejects.toBeInstanceOf(OpenAI.BadRequestError);
  });

  it('ends its call upstream when it is aborted', async () => {
    router.setFail('never');
    const controller = new AbortController();
    const before = posts();
    const call = client().chat.completions.create(ask(), { signal: controller.signal });
    const failed = expect(call).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    await until(() => posts() > before);
    controller.abort();
    await failed;
    await until(() => router.openConnections === 0);
  });
});

describe('Anthropic’s client', () => {
  const client = (apiKey = token) => new Anthropic({ baseURL: url, apiKey, maxRetries: 2 });
  const ask = (content = 'hello there') => ({
    model: 'm',
    max_tokens: 1_000,
    messages: [{ role: 'user' as const, content }],
  });
  const tools = [{ name: 'weather', description: 'The temperature in a city', input_schema: parameters }];

  it('asks, whole and as a stream', async () => {
    const whole = await client().messages.create(ask());
    expect(whole.content).toEqual([expect.objectContaining({ type: 'text', text: ANSWER })]);
    expect(await client().messages.stream(ask()).finalText()).toBe(ANSWER);
  });

  it('also takes the token as a bearer token', async () => {
    const bearer = new Anthropic({ baseURL: url, apiKey: null, authToken: token });
    expect((await bearer.messages.create(ask())).stop_reason).toBe('end_turn');
  });

  it('calls a tool, whole and in a stream, and continues with its result', async () => {
    const asked = await client().messages.create({ ...ask(), tools });
    expect(asked.stop_reason).toBe('tool_use');
    const use = asked.content.find((block) => block.type === 'tool_use');
    expect(use).toMatchObject({ name: 'weather', input: { city: 'Oslo' } });
    const streamed = await client()
      .messages.stream({ ...ask(), tools })
      .finalMessage();
    expect(streamed.content).toMatchObject([{ type: 'tool_use', input: { city: 'Oslo' } }]);
    const result = { type: 'tool_result' as const, tool_use_id: use?.id ?? '', content: '7 degrees' };
    const turns = [
      ...messages,
      { role: 'assistant' as const, content: asked.content },
      { role: 'user' as const, content: [result] },
    ];
    const last = await client().messages.create({ ...ask(), messages: turns, tools });
    expect(last.content).toMatchObject([{ type: 'text', text: 'It is 7 degrees.' }]);
  });

  it('asks as agents do, with betas, caching, and a picture returned by a tool', async () => {
    const cache_control = { type: 'ephemeral' as const };
    const source = { type: 'base64' as const, media_type: 'image/png' as const, data: 'AA==' };
    const answer = await client().beta.messages.create({
      ...ask(),
      betas: ['context-management-2025-06-27', 'interleaved-thinking-2025-05-14'],
      context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] },
      system: [{ type: 'text', text: 'Be brief.', cache_control }],
      tools: tools.map((tool) => ({ ...tool, cache_control })),
      tool_choice: { type: 'none' },
      messages: [
        ...messages,
        { role: 'assistant', content: [{ type: 'tool_use', id: 'call_1', name: 'weather', input: {} }] },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'call_1',
              content: [{ type: 'image', source }],
              cache_control,
            },
          ],
        },
      ],
    });
    expect(answer.stop_reason).toBe('tool_use');
    const sent = (await router.opened()).at(-1)?.payload['messages'];
    expect(sent).toMatchObject([
      { role: 'system', content: 'Be brief.' },
      { role: 'user' },
      { role: 'assistant', tool_calls: [{ id: 'call_1' }] },
      { role: 'tool', tool_call_id: 'call_1' },
      { role: 'user', content: [{ type: 'text' }, { image_url: { url: 'data:image/png;base64,AA==' } }] },
    ]);
  });

  it('throws its own error class for each refusal, and never retries a forged answer', async () => {
    const failed = (apiKey?: string, content?: string) => client(apiKey).messages.create(ask(content));
    await expect(failed('a-wrong-token')).rejects.toBeInstanceOf(Anthropic.AuthenticationError);
    await expect(failed(token, HUGE)).rejects.toMatchObject({ status: 413 });
    router.setFail('flip-tag');
    const before = posts();
    const forged = failed();
    await expect(forged).rejects.toBeInstanceOf(Anthropic.PermissionDeniedError);
    await expect(forged).rejects.toMatchObject({ error: { error: { code: 'DECRYPTION_FAILED' } } });
    expect(posts()).toBe(before + 1);
  });
});

describe('Ollama’s client', () => {
  const client = (apiKey = token) =>
    new Ollama({ host: url, headers: { authorization: `Bearer ${apiKey}` } });
  const ask = { model: 'm', messages };

  it('asks, whole and as a stream, and lists models', async () => {
    expect((await client().chat(ask)).message.content).toBe(ANSWER);
    let [text, ends] = ['', 0];
    for await (const part of await client().chat({ ...ask, stream: true })) {
      text += part.message.content;
      if (part.done) ends += 1;
    }
    expect({ text, ends }).toEqual({ text: ANSWER, ends: 1 });
    expect((await client().list()).models).toMatchObject([{ name: 'm' }]);
  });

  it('calls a tool, and continues with its result', async () => {
    const weather = { name: 'weather', description: 'The temperature in a city', parameters };
    const tools = [{ type: 'function', function: weather }];
    const { message } = await client().chat({ ...ask, tools });
    expect(message.tool_calls?.[0]?.function).toEqual({ name: 'weather', arguments: { city: 'Oslo' } });
    const turns = [...messages, message, { role: 'tool', tool_name: 'weather', content: '7 degrees' }];
    expect((await client().chat({ ...ask, tools, messages: turns })).message.content).toBe(
      'It is 7 degrees.',
    );
  });

  it('is told in words what went wrong', async () => {
    await expect(client('a-wrong-token').chat(ask)).rejects.toMatchObject({ status_code: 401 });
    router.setFail('flip-tag');
    await expect(client().chat(ask)).rejects.toMatchObject({
      status_code: 403,
      error: expect.stringContaining('DECRYPTION_FAILED'),
    });
  });
});

describe('curl', () => {
  const curl = (path: string, body: object, ...args: string[]) =>
    new Promise<string>((resolve, reject) => {
      const all = ['-sS', '-N', url + path, '-d', JSON.stringify(body), ...args];
      execFile('curl', all, (error, stdout) => (error instanceof Error ? reject(error) : resolve(stdout)));
    });

  it('asks as the page of the gateway says, by every protocol', async () => {
    const bearer = ['-H', `Authorization: Bearer ${token}`];
    const anthropic = ['-H', `x-api-key: ${token}`, '-H', 'anthropic-version: 2023-06-01'];
    const body = { model: 'm', max_tokens: 100, messages };
    expect(JSON.parse(await curl('/v1/chat/completions', body, ...bearer))).toMatchObject({
      object: 'chat.completion',
    });
    expect(JSON.parse(await curl('/v1/messages', body, ...anthropic))).toMatchObject({
      type: 'message',
      content: [{ type: 'text', text: ANSWER }],
    });
    const stream = await curl('/v1/messages', { ...body, stream: true }, ...anthropic);
    expect(stream).toMatch(/^event: message_start\n[\s\S]*event: message_stop\n/u);
    const lines = (await curl('/api/chat', body, ...bearer)).trim().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ done: true });
  });

  it('sees the status of each refusal', async () => {
    const status = ['-o', '/dev/null', '-w', '%{http_code}'];
    const bearer = ['-H', `Authorization: Bearer ${token}`];
    expect(await curl('/v1/chat/completions', { messages }, ...status)).toBe('401');
    expect(await curl('/v1/chat/completions', { model: 'm' }, ...status, ...bearer)).toBe('400');
    expect(await curl('/v1/embeddings', {}, ...status, ...bearer)).toBe('403');
    expect(await curl('/nowhere', {}, ...status, ...bearer)).toBe('404');
    expect(await curl('/healthz', {}, ...status, '-X', 'GET')).toBe('200');
    expect(await curl('/healthz', {}, ...status, '-X', 'GET', '-H', 'Host: evil.example')).toBe('421');
  });
});
