import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkJsonObject, SecurityError, selectNumber, selectText, type JsonPath } from '../../src/index.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function select(json: string, path: JsonPath): string | undefined {
  return selectText(bytes(json), path)?.use((text) => new TextDecoder().decode(text));
}

describe('selectText', () => {
  it('finds text in objects and arrays', () => {
    const answer = {
      choices: [{ message: { content: 'first' } }, { message: { content: 'second' } }],
      id: 'x',
    };
    expect(select(JSON.stringify(answer), ['choices', 1, 'message', 'content'])).toBe('second');
    expect(select(JSON.stringify(answer, null, 2), ['choices', 0, 'message', 'content'])).toBe('first');
    expect(select('"alone"', [])).toBe('alone');
  });

  it.each<[string, JsonPath]>([
    ['{"a":1}', ['a']],
    ['{"a":null}', ['a']],
    ['{"a":{"b":"x"}}', ['a']],
    ['{"a":"x"}', ['b']],
    ['{"a":"x"}', ['a', 'b']],
    ['{"0":"x"}', [0]],
    ['["x"]', [1]],
    ['["x"]', ['0']],
  ])('finds no text in %s at %j', (json, path) => {
    expect(select(json, path)).toBeUndefined();
  });

  it('takes the last of members with one name, as JSON.parse does', () => {
    expect(select('{"a":"one","a":"two"}', ['a'])).toBe('two');
    expect(select('{"a":"one","\\u0061":"two"}', ['a'])).toBe('two');
    expect(select('{"a":"one","a":2}', ['a'])).toBeUndefined();
  });

  it('reads every escape, and a lone surrogate as U+FFFD', () => {
    expect(select(String.raw`{"a":"\"\\\/\b\f\n\r\t\u00e9\u20ac\ud83d\ude00"}`, ['a'])).toBe(
      '"\\/\b\f\n\r\té€😀',
    );
    expect(select(String.raw`{"a":"\ud83dx\ude00"}`, ['a'])).toBe('\ufffdx\ufffd');
  });

  it('agrees with JSON.parse on whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), (text, other) => {
        const json = JSON.stringify({ before: other, list: [other, { text }], after: other });
        expect(select(json, ['list', 1, 'text'])).toBe(text);
      }),
    );
  });
});

describe('selectNumber', () => {
  it.each<[string, JsonPath, number | undefined]>([
    ['{"usage":{"prompt_tokens":11}}', ['usage', 'prompt_tokens'], 11],
    ['[0,-1.5e2]', [1], -150],
    ['7', [], 7],
    ['{"a":1,"a":"text"}', ['a'], undefined],
    ['{"a":"1"}', ['a'], undefined],
    ['{"a":null}', ['a'], undefined],
    ['{"a":[1]}', ['a'], undefined],
    ['{"a":1}', ['b'], undefined],
  ])('of %s at %j is %p', (json, path, number) => {
    expect(selectNumber(bytes(json), path)).toBe(number);
  });

  it('agrees with JSON.parse on every number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        const json = JSON.stringify({ a: [{ number }] });
        expect(selectNumber(bytes(json), ['a', 0, 'number'])).toBe(JSON.parse(JSON.stringify(number)));
      }),
    );
  });

  it.each(['{"a":01}', '{"a":+1}', '{"a":.5}', '{"a":1}x', '{"a":e}'])('refuses %s', (json) => {
    expect(() => selectNumber(bytes(json), ['a'])).toThrow(SecurityError);
  });
});

describe('checkJsonObject', () => {
  it('accepts what JSON.parse accepts, and refuses what it refuses', () => {
    const mutated = fc
      .tuple(fc.object(), fc.nat(), fc.integer({ min: 0, max: 127 }))
      .map(([value, at, byte]) => {
        const json = bytes(JSON.stringify(value));
        json[at % json.byteLength] = byte;
        return json;
      });
    fc.assert(
      fc.property(mutated, (json) => {
        let parsed: unknown;
        try {
          parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
        } catch {
          parsed = undefined;
        }
        const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
        if (isObject) checkJsonObject(json);
        else expect(() => checkJsonObject(json)).toThrow(SecurityError);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['an overlong form', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['more than U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a lone continuation byte', [0x80]],
    ['a character that is cut', [0xe2, 0x82]],
  ])('refuses %s', (_what, raw) => {
    const json = Uint8Array.from([...bytes('{"a":"'), ...raw, ...bytes('"}')]);
    expect(() => checkJsonObject(json)).toThrow(expect.objectContaining({ code: 'INVALID_PLAINTEXT' }));
  });

  it('refuses nesting that would exhaust the stack', () => {
    const depth = 100_000;
    expect(() => checkJsonObject(bytes(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`))).toThrow(
      SecurityError,
    );
  });
});
