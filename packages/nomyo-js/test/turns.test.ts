import { describe, expect, it } from '@jest/globals';
import { Turns } from '../src/turns.js';

/** An event loop that turns when it is told to. */
function loop(): { nextTurn: (run: () => void) => void; turn: () => Promise<number> } {
  const due: (() => void)[] = [];
  return {
    nextTurn: (run) => void due.push(run),
    turn: async () => {
      const now = due.splice(0);
      for (const run of now) run();
      // What was let through goes on in microtasks.
      for (let i = 0; i < 5; i += 1) await Promise.resolve();
      return now.length;
    },
  };
}

describe('Turns', () => {
  it('lets a burst through in portions, in its order, and ends', async () => {
    const { nextTurn, turn } = loop();
    const turns = new Turns(nextTurn);
    const begun: number[] = [];
    const begin = async (i: number): Promise<void> => {
      await turns.take();
      begun.push(i);
    };
    const burst = Array.from({ length: 20 }, (_, i) => begin(i));
    const seen: number[] = [];
    for (let ran = 1; ran > 0; ran = await turn()) {
      await Promise.resolve();
      await Promise.resolve();
      seen.push(begun.length);
    }
    await Promise.all(burst);
    expect(seen).toEqual([8, 16, 20, 20]);
    expect(begun).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('never lets who comes one after the other wait', async () => {
    const { nextTurn, turn } = loop();
    const turns = new Turns(nextTurn);
    for (let call = 0; call < 30; call += 1) {
      expect(turns.take()).toBeUndefined();
      await turn();
    }
    expect(await turn()).toBe(0);
  });
});
