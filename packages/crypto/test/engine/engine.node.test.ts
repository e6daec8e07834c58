import { describe, expect, it } from '@jest/globals';
import type { Engine } from '../../src/engine/engine.js';
import * as node from '../../src/engine/engine.node.js';
import * as web from '../../src/engine/engine.web.js';

/** The compiler holds both to one shape: nothing else would, since each is chosen by the resolver. */
const ENGINES: readonly Engine[] = [node, web];

describe('the two engines', () => {
  it('have the same members', () => {
    const [first = [], second] = ENGINES.map((engine) => Object.keys(engine).sort());
    expect(first.length).toBeGreaterThan(0);
    expect(second).toEqual(first);
  });
});
