import { afterEach, describe, expect, it } from '@jest/globals';
import { InvalidArgumentError, type ChatCompletionChunk } from '../../src/index.js';
import { completion, model } from '../fetch/support.js';
import { cleanUp, client, posts, rejection, REQUEST, router } from '../support.js';

afterEach(cleanUp);

describe('create({ stream: true })', () => {
  it('yields the chunks of the one sealed answer, and asks the service for no stream', async () => {
    const { asked, url } = await model(() => completion('Hello there'));
    const to = await router({ upstream: url });
    const stream = await client(to).create({
      ...REQUEST,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks: ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('Hello there');
    expect(chunks.at(-1)?.usage?.total_tokens).toBe(18);
    expect(stream).toMatchObject({ synthetic: true, payloadId: posts(to)[0]?.headers['x-payload-id'] });
    expect(asked[0]).not.toHaveProperty('stream_options');
  });

  it('is the same under chat.completions.create and acreate(); without stream there is one answer', async () => {
    const made = client(await router());
    const { create } = made.chat.completions;
    for (const stream of [
      await create({ ...REQUEST, stream: true }),
      await made.acreate({ ...REQUEST, stream: true }),
    ]) {
      for await (const chunk of stream) expect(chunk.object).toBe('chat.completion.chunk');
    }
    expect((await create({ ...REQUEST, stream: false })).object).toBe('chat.completion');
    expect((await create({ ...REQUEST, stream: null })).object).toBe('chat.completion');
  });

  it('can be left early, and read only once', async () => {
    const stream = await client(await router()).create({ ...REQUEST, stream: true });
    for await (const chunk of stream) {
      expect(chunk.choices).toHaveLength(1);
      break;
    }
    expect(() => stream[Symbol.asyncIterator]()).toThrow(InvalidArgumentError);
  });

  it('ends with the reason of an abort, even midway', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const stream = await client(await router()).create({ ...REQUEST, stream: true }, { signal });
    const reason = new Error('enough');
    const read = async () => {
      for await (const chunk of stream) {
        expect(chunk.choices).toHaveLength(1);
        controller.abort(reason);
      }
    };
    expect(await rejection(read())).toBe(reason);
  });

  it.each([
    ['stream: "yes"', { stream: 'yes' }],
    ['stream_options: 5', { stream: true, stream_options: 5 }],
    ['include_usage: 1', { stream: true, stream_options: { include_usage: 1 } }],
  ])('%s is refused before anything is sent', async (_name, members) => {
    const to = await router();
    const error = await rejection(client(to).create({ ...REQUEST, ...members } as never));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(to.requests).toHaveLength(0);
  });

  it('createRaw() has no stream, and says so', async () => {
    const to = await router();
    const error = await rejection(client(to).createRaw({ ...REQUEST, stream: true } as never));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'stream' });
    expect(to.requests).toHaveLength(0);
  });
});
