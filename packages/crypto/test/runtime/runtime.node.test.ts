import { describe, expect, it } from '@jest/globals';
import type { Runtime } from '../../src/runtime/runtime.js';
import * as node from '../../src/runtime/runtime.node.js';
import * as web from '../../src/runtime/runtime.web.js';

/** The compiler holds both to one shape: nothing else would, since each is chosen by the resolver. */
const RUNTIMES: readonly Runtime[] = [node, web];

describe('the two runtimes', () => {
  it('have the same members', () => {
    const [first = [], second] = RUNTIMES.map((runtime) => Object.keys(runtime).sort());
    expect(first.length).toBeGreaterThan(0);
    expect(second).toEqual(first);
  });
});
