/** Streams that are cut: at every boundary of a frame and inside of each, nothing but END is an end. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { createSecureFetch } from '../../src/fetch/index.js';
import { cleanUp, later, rejection, REQUEST } from '../support.js';
import { withPosts, type Answered, type Exchange } from '../terminator.js';
import { client, configFor, stage } from './stage.js';

afterEach(cleanUp);

/** Where each frame begins, and the end. */
function boundaries(body: Buffer): number[] {
  const found = [36];
  for (let at = 36; at < body.length; found.push(at)) at += 5 + body.readUInt32BE(at);
  return found;
}

/** A middle that gives the client so much of each answer, and ends the message as if that were all. */
async function cutting(): Promise<{
  readonly here: Awaited<ReturnType<typeof stage>>;
  readonly whole: () => Buffer;
  cutAt: number | undefined;
}> {
  let last: Answered | undefined;
  const state = { cutAt: undefined as number | undefined };
  const meddle = withPosts(async (exchange: Exchange) => {
    last = await exchange.pass();
    exchange.answer({ ...last, body: last.body.subarray(0, state.cutAt) });
  });
  const here = await stage({ meddle });
  return Object.assign(state, { here, whole: () => last?.body ?? Buffer.alloc(0) });
}

async function read(here: Awaited<ReturnType<typeof stage>>): Promise<void> {
  for await (const chunk of await client(here).create({ ...REQUEST, stream: true })) {
    expect(chunk.object).toBe('chat.completion.chunk');
  }
}

describe('a stream without END', () => {
  it('rejects, wherever it is cut', async () => {
    const middle = await cutting();
    await read(middle.here);
    const all = boundaries(middle.whole());
    const places = [0, 3, 20, ...all.flatMap((at) => [at, at + 4, at + 40])].filter(
      (at) => at < middle.whole().length,
    );
    expect(places.length).toBeGreaterThan(8);
    for (const place of places) {
      middle.cutAt = place;
      expect(await rejection(read(middle.here))).toMatchObject({ code: 'TRUNCATED', possiblyExecuted: true });
    }
  });

  it('errors the body of createSecureFetch, and never says [DONE]', async () => {
    const middle = await cutting();
    await read(middle.here);
    // All events, [DONE] of the upstream included, but not the last byte of END.
    middle.cutAt = middle.whole().length - 1;
    const secureFetch = createSecureFetch(configFor(middle.here));
    later(() => secureFetch.close());
    const answer = await secureFetch(`${secureFetch.baseURL}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ ...REQUEST, stream: true }),
    });
    let text = '';
    const failed = rejection(
      (async () => {
        for await (const piece of answer.body ?? []) text += new TextDecoder().decode(piece);
      })(),
    );
    await failed;
    expect(text).not.toContain('[DONE]');
  });
});
