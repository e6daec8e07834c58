import { describe, expect, it } from '@jest/globals';
import { isSameJson } from '../../src/fuzz/same-json.js';

const parse = (text: string): unknown => JSON.parse(text);

describe('isSameJson()', () => {
  it('accepts equal values, in any order and at any depth', () => {
    expect(isSameJson(parse('{"a":[1,"x",null],"b":{}}'), parse('{"b":{},"a":[1,"x",null]}'))).toBe(true);
    const deep = `${'['.repeat(50_000)}1${']'.repeat(50_000)}`;
    expect(isSameJson(parse(deep), parse(deep))).toBe(true);
    expect(isSameJson(parse(deep), parse(deep.replace('1', '2')))).toBe(false);
  });

  it.each([
    ['1', '2'],
    ['0', '-0'],
    ['null', '{}'],
    ['[]', '{}'],
    ['{"a":1}', '{}'],
    ['{}', '{"a":1}'],
    ['{"a":1}', '{"b":1}'],
    ['[[1]]', '[["1"]]'],
    ['{"__proto__":1}', '{"__proto__":2}'],
    ['{"toString":1}', '{"x":1}'],
  ])('distinguishes %s from %s', (a, b) => {
    expect(isSameJson(parse(a), parse(b))).toBe(false);
    expect(isSameJson(parse(a), parse(a))).toBe(true);
  });
});
