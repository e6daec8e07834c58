import { afterEach, describe, expect, it } from '@jest/globals';
import { Gatherer } from '../../src/server/exchange/gather.js';

const running: Gatherer[] = [];
afterEach(() => {
  for (const gatherer of running.splice(0)) gatherer.stop();
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The frames sent, in order; resolves once there are `count`. */
function start(times: { gatherMs: number; keepAliveMs: number }) {
  const sent: string[] = [];
  let look = (): void => undefined;
  const send = async (content: Uint8Array): Promise<void> => {
    // A slow outlet: order must not depend on how long sealing takes.
    const text = new TextDecoder().decode(content);
    await new Promise((resolve) => setTimeout(resolve, sent.length === 0 ? 20 : 0));
    sent.push(text);
    look();
  };
  const gatherer = new Gatherer({ send }, times);
  running.push(gatherer);
  const until = (count: number): Promise<void> =>
    new Promise((resolve) => {
      look = (): void => {
        if (sent.length >= count) resolve();
      };
      look();
    });
  return { gatherer, sent, until };
}

const NEVER_MS = 60_000;

describe('pieces of a stream', () => {
  it('go out at once for the first; those that follow go out together, in order', async () => {
    const { gatherer, sent, until } = start({ gatherMs: 50, keepAliveMs: NEVER_MS });
    for (const piece of ['a', 'b', 'c']) gatherer.push(bytes(piece));
    await until(2);
    expect(sent).toEqual(['a', 'bc']);
  });

  it('that were gathered are handed over for END, after all earlier ones', async () => {
    const { gatherer, sent } = start({ gatherMs: NEVER_MS, keepAliveMs: NEVER_MS });
    for (const piece of ['a', 'b', 'c']) gatherer.push(bytes(piece));
    expect(new TextDecoder().decode(await gatherer.end())).toBe('bc');
    expect(sent).toEqual(['a']);
  });

  it('are followed by empty frames while there is silence', async () => {
    const { gatherer, sent, until } = start({ gatherMs: 1, keepAliveMs: 10 });
    gatherer.push(bytes('a'));
    await until(3);
    expect(sent.slice(0, 3)).toEqual(['a', '', '']);
  });

  it('are wiped when they are sent', async () => {
    const piece = bytes('secret');
    const { gatherer, until } = start({ gatherMs: 1, keepAliveMs: NEVER_MS });
    gatherer.push(piece);
    await until(1);
    expect([...piece]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
