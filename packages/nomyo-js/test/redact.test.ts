import { describe, expect, it } from '@jest/globals';
import { withoutApiKey } from '../src/redact.js';

const answer = (body: string, headers: Record<string, string> = {}): Parameters<typeof withoutApiKey>[0] => ({
  status: 401,
  headers,
  body: new TextEncoder().encode(body),
});
const bodyOf = ({ body }: { body: Uint8Array }): string => new TextDecoder().decode(body);

describe('withoutApiKey', () => {
  it('takes the key out of body and headers, wherever it is', () => {
    const { body, headers } = withoutApiKey(
      answer('key-1234: no such key as key-1234', { 'x-echo': 'Bearer key-1234' }),
      'key-1234',
    );
    expect(bodyOf({ body })).toBe('[API key]: no such key as [API key]');
    expect(headers).toEqual({ 'x-echo': 'Bearer [API key]' });
  });

  it('takes it out of JSON, where it is written otherwise', () => {
    const apiKey = 'quote"back\\slash';
    const cleaned = withoutApiKey(answer(JSON.stringify({ detail: `wrong: ${apiKey}` })), apiKey);
    expect(JSON.parse(bodyOf(cleaned))).toEqual({ detail: 'wrong: [API key]' });
  });

  it('leaves everything else as it is', () => {
    const given = answer('{"detail":"ä short a"}', { 'retry-after': '1' });
    for (const apiKey of [undefined, '', 'a', 'key-1234']) {
      const cleaned = withoutApiKey(given, apiKey);
      expect([bodyOf(cleaned), cleaned.headers]).toEqual([bodyOf(given), given.headers]);
    }
  });

  it('looks at the part of a body that errors are made from', () => {
    const cleaned = withoutApiKey(answer('x'.repeat(1_000_000)), 'key-1234');
    expect(cleaned.body.byteLength).toBe(65_536);
  });
});
