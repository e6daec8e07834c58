import { describe, expect, it } from '@jest/globals';
import { InvalidArgumentError } from '@nomyo/base';
import { splitRequest } from '../../src/chat/request.js';

const messages = [{ role: 'user', content: 'hello' }];

describe('splitRequest', () => {
  it('moves the tier and the API key out of the payload and keeps everything else', () => {
    const request = {
      model: 'm',
      messages,
      security_tier: 'high',
      api_key: 'k',
      temperature: 0,
      x_unknown: { a: 1 },
    };
    expect(splitRequest(request)).toEqual({
      payload: { model: 'm', messages, temperature: 0, x_unknown: { a: 1 } },
      securityTier: 'high',
      apiKey: 'k',
    });
  });

  it.each([
    ['request', null],
    ['request', []],
    ['request', 'text'],
    ['model', { messages }],
    ['model', { model: 7, messages }],
    ['messages', { model: 'm' }],
    ['messages', { model: 'm', messages: [] }],
    ['messages', { model: 'm', messages: 'hello' }],
    ['messages[1]', { model: 'm', messages: [...messages, 'hello'] }],
    ['messages[0]', { model: 'm', messages: [{ content: 'no role' }] }],
    ['security_tier', { model: 'm', messages, security_tier: 'ultra' }],
    ['security_tier', { model: 'm', messages, security_tier: null }],
    ['api_key', { model: 'm', messages, api_key: 5 }],
  ])('refuses a wrong %s: %j', (argument, request) => {
    expect(() => splitRequest(request)).toThrow(expect.objectContaining({ argument }));
    expect(() => splitRequest(request)).toThrow(InvalidArgumentError);
  });
});
