import { setFlagsFromString } from 'node:v8';
import { createContext, Script } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { BodyCollector } from '../../src/answer/answer.js';
import { until } from '../support/peer.js';

const MB = 1e6;
const CHUNK = 8 * MB;

/** Chunks that are only here. */
function fill(body: BodyCollector, chunks: number): void {
  for (let i = 0; i < chunks; i += 1) body.add(Buffer.alloc(CHUNK, i));
}

function failureOf(body: BodyCollector): unknown {
  try {
    body.end();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('the error of a body that is refused', () => {
  setFlagsFromString('--expose-gc');
  const gc = new Script('gc()');
  const context = createContext();

  it.each([
    ['too long', { declared: undefined, maxBytes: 9 * CHUNK }, 'BODY_TOO_LARGE'],
    ['shorter than it said', { declared: 20 * CHUNK, maxBytes: 30 * CHUNK }, 'CONNECTION_FAILED'],
  ])('keeps none of its bytes alive: %s', async (_, limits, code) => {
    const before = process.memoryUsage().arrayBuffers;
    const errors = [1, 2].map(() => {
      const body = new BodyCollector({ ...limits, possiblyExecuted: true });
      fill(body, 10);
      return failureOf(body);
    });
    await until(() => {
      gc.runInContext(context);
      return process.memoryUsage().arrayBuffers - before < CHUNK;
    });
    // Checked only now, because reading the stack of an error releases what it held.
    expect(errors).toEqual([expect.objectContaining({ code }), expect.objectContaining({ code })]);
  });
});
