import { describe, expect, it } from '@jest/globals';
import { forwardedBody } from '../../src/v1/forwarded.js';

const forwarded = (json: string): string =>
  Buffer.from(forwardedBody(Buffer.from(json, 'utf8'))).toString('utf8');

describe('forwardedBody', () => {
  it.each([
    ['{}', '{"stream":false}'],
    [' { } ', '{"stream":false}'],
    ['{"stream":true}', '{"stream":false}'],
    ['{"stream":true,"a":1}', '{"stream":false,"a":1}'],
    ['{"a":"}\\\\","stream":[{"x":"]"}],"b":{}}', '{"stream":false,"a":"}\\\\","b":{}}'],
    [
      '{"a":{"stream":true},"b":[[],[{}]],"c":null}',
      '{"stream":false,"a":{"stream":true},"b":[[],[{}]],"c":null}',
    ],
    ['{"a":"\\"stream\\":true","":0}', '{"stream":false,"a":"\\"stream\\":true","":0}'],
    ['{"é€😀":"é€😀"}', '{"stream":false,"é€😀":"é€😀"}'],
  ])('%s', (json, expected) => {
    expect(forwarded(json)).toBe(expected);
    expect(JSON.parse(expected)).toMatchObject({ stream: false });
  });
});
