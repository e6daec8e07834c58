import { afterEach, describe, expect, it } from '@jest/globals';
import {
  getMemoryProtectionInfo,
  InvalidArgumentError,
  SecurityError,
  type ChatCompletionRequest,
} from '../src/index.js';
import { cleanUp, client, header, posts, rejection, REQUEST, router } from './support.js';

afterEach(cleanUp);

describe('create()', () => {
  it('gives a chat completion with _metadata, over TLS', async () => {
    const to = await router();
    const answer = await client(to).create({ ...REQUEST, security_tier: 'maximum' });
    expect(answer.object).toBe('chat.completion');
    expect(answer.choices[0]?.message.content).toContain('What is an envelope?');
    const [post] = posts(to);
    expect(answer._metadata).toMatchObject({
      payload_id: post?.headers['x-payload-id'],
      is_encrypted: true,
      encryption_algorithm: 'hybrid-aes256-rsa4096',
    });
    expect(answer._metadata.memory_locked).toBe(getMemoryProtectionInfo().method === 'mlock');
    expect(typeof answer._metadata.processed_at).toBe('number');
  });

  it("is the same under the path that OpenAI's users type, and as acreate()", async () => {
    const to = await router();
    const { chat, models, ...rest } = client(to);
    expect([rest, Object.keys(models)]).toEqual([{}, ['list']]);
    const { create } = chat.completions;
    const answers = [await create(REQUEST), await client(to).acreate(REQUEST)];
    for (const answer of answers) expect(answer.choices).toHaveLength(1);
  });

  it('sends the headers of the protocol and nothing of the request in the clear', async () => {
    const to = await router({ apiKeys: ['key-of-the-caller'] });
    await client(to, { apiKey: 'key-of-the-caller' }).create(
      { ...REQUEST, security_tier: 'high' },
      { headers: { 'X-Trace': 'abc' } },
    );
    const [post] = posts(to);
    expect(post?.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      authorization: 'Bearer key-of-the-caller',
      'x-security-tier': 'high',
      'x-trace': 'abc',
    });
    expect(decodeURIComponent(header(post, 'x-public-key'))).toMatch(/^-----BEGIN PUBLIC KEY-----/);
    const body = Buffer.from(post?.requestBody ?? []).toString('latin1');
    expect(body).toContain('"algorithm":"hybrid-aes256-rsa4096"');
    for (const word of ['envelope?', 'Qwen', 'messages', 'high', 'key-of-the-caller']) {
      expect(body).not.toContain(word);
    }
  });

  it('calls an apiKey function for every call, and api_key in a request wins', async () => {
    const to = await router({ apiKeys: ['first', 'second', 'third'] });
    const keys = ['first', 'second'];
    const made = client(to, { apiKey: () => Promise.resolve(keys.shift() ?? '') });
    await made.create(REQUEST);
    await made.create(REQUEST);
    await made.create({ ...REQUEST, api_key: 'third' });
    expect(posts(to).map((post) => post.headers.authorization)).toEqual([
      'Bearer first',
      'Bearer second',
      'Bearer third',
    ]);
  });

  it('passes members that it does not know through to the service', async () => {
    const request = { ...REQUEST, n: 2, x_vendor: { depth: 3 } };
    const answer = await client(await router()).create(request);
    expect(answer.choices).toHaveLength(2);
  });

  it('carries tools there and tool calls back', async () => {
    const request: ChatCompletionRequest = {
      ...REQUEST,
      tools: [{ type: 'function', function: { name: 'lookup', parameters: { type: 'object' } } }],
      tool_choice: 'required',
    };
    const { choices } = await client(await router()).create(request);
    expect(choices[0]?.finish_reason).toBe('tool_calls');
    expect(choices[0]?.message.tool_calls?.[0]?.function.name).toBe('lookup');
  });

  it('keeps a path prefix of the base URL', async () => {
    const to = await router({ prefix: '/gateway' });
    await client(to, { baseUrl: `${to.url}/` }).create(REQUEST);
    expect(posts(to)[0]?.path).toBe('/gateway/v1/chat/secure_completion');
  });
});

describe('a request that is wrong', () => {
  const circular: Record<string, unknown> = { role: 'user', content: 'x' };
  circular['self'] = circular;

  it.each([
    ['circular', { ...REQUEST, messages: [circular] }],
    ['with NaN', { ...REQUEST, temperature: Number.NaN }],
    ['with Infinity deep inside', { ...REQUEST, metadata: { a: [{ b: Number.POSITIVE_INFINITY }] } }],
    ['with a BigInt', { ...REQUEST, seed: 5n }],
    [
      'with a function for toJSON that throws',
      {
        ...REQUEST,
        messages: [
          {
            role: 'user',
            toJSON: () => {
              throw new Error('secret text');
            },
          },
        ],
      },
    ],
  ])('%s is refused before anything is sent', async (_name, request) => {
    const to = await router();
    const error = await rejection(client(to).create(request as ChatCompletionRequest));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(to.requests).toHaveLength(0);
  });

  it('of more than 10 MiB is refused before anything is sent, but one of 10 MiB is not', async () => {
    const to = await router();
    const made = client(to);
    const overhead = Buffer.byteLength(
      JSON.stringify({ ...REQUEST, messages: [{ role: 'user', content: '' }] }),
    );
    const withLength = (length: number): ChatCompletionRequest => ({
      ...REQUEST,
      messages: [{ role: 'user', content: 'x'.repeat(length - overhead) }],
    });
    const error = await rejection(made.create(withLength(10_485_761)));
    expect(error).toBeInstanceOf(SecurityError);
    expect(error).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    expect(to.requests).toHaveLength(0);
    await expect(made.create(withLength(10_485_760))).resolves.toHaveProperty('choices');
  });

  it.each([
    ['unknown option', { retries: 3 }],
    ['negative timeout', { timeout: -1 }],
    ['signal that is none', { signal: {} }],
    ['header that splits', { headers: { 'x-a': 'a\r\nx-b: b' } }],
    ['header of the protocol', { headers: { 'x-payload-id': 'mine' } }],
  ])('%s is refused before anything is sent', async (_name, options) => {
    const to = await router();
    const error = await rejection(client(to).create(REQUEST, options as never));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(to.requests).toHaveLength(0);
  });
});
