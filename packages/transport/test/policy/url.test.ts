import { describe, expect, it } from '@jest/globals';
import { InvalidArgumentError, SecurityError } from '@nomyo/base';
import { endpoint, parseBaseUrl, type BaseUrlOptions } from '../../src/policy/url.js';

const https = { allowHttp: false } as const;

function refusal(baseUrl: unknown, options: BaseUrlOptions = https): unknown {
  try {
    parseBaseUrl(baseUrl as string, options);
  } catch (error) {
    return error;
  }
  throw new Error('it was accepted');
}

describe('parseBaseUrl', () => {
  it.each([
    ['https://api.nomyo.ai', 'https://api.nomyo.ai/v1/x'],
    ['https://api.nomyo.ai/', 'https://api.nomyo.ai/v1/x'],
    ['https://api.nomyo.ai:8443//', 'https://api.nomyo.ai:8443/v1/x'],
    ['https://host/a/b', 'https://host/a/b/v1/x'],
    ['https://host/a/b///', 'https://host/a/b/v1/x'],
    ['HTTPS://HOST/Prefix/', 'https://host/Prefix/v1/x'],
    ['https://[::1]:12435/', 'https://[::1]:12435/v1/x'],
  ])('%s leads to %s', (baseUrl, url) => {
    expect(endpoint(parseBaseUrl(baseUrl, https), '/v1/x').href).toBe(url);
  });

  it.each(['http://api.nomyo.ai', 'HTTP://api.nomyo.ai', 'ftp://host', 'ws://host', 'file:///etc/passwd'])(
    'refuses %s',
    (baseUrl) => {
      expect(refusal(baseUrl)).toBeInstanceOf(SecurityError);
      expect(refusal(baseUrl)).toMatchObject({ code: 'INSECURE_URL' });
    },
  );

  it('takes http: when it is allowed, and still nothing else', () => {
    expect(parseBaseUrl('http://localhost:1', { allowHttp: true }).href).toBe('http://localhost:1/');
    expect(refusal('ftp://localhost', { allowHttp: true })).toMatchObject({ code: 'INSECURE_URL' });
  });

  it.each([
    '',
    'api.nomyo.ai',
    '//api.nomyo.ai',
    'https:api.nomyo.ai',
    'https://',
    'https://a b',
    ' https://host',
    'https://host\n',
    'https://ho\tst',
    'https:\\\\host',
    'https://host\\path',
    'https://host\0',
    'https://host:99999',
    'https://user@host',
    'https://user:SECRET@host',
    'https://host/?a=b',
    'https://host/?',
    'https://host/#a',
    'https://host#',
    'javascript:alert(1)',
    null,
    undefined,
    1,
    new URL('https://host'),
  ])('refuses %j, which is not a base URL', (baseUrl) => {
    const error = refusal(baseUrl);
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(String(error)).not.toContain('SECRET');
    expect((error as Error).cause).toBeUndefined();
  });

  it('names the option as the caller knows it', () => {
    expect(refusal('x', { allowHttp: false, name: 'routerUrl' })).toMatchObject({ argument: 'routerUrl' });
  });
});

describe('allowHttp', () => {
  it.each([
    'http://localhost:8000',
    'http://api.localhost',
    'http://LOCALHOST.',
    'http://127.0.0.1',
    'http://127.1.2.3',
    'http://0x7f.1',
    'http://[::1]:8000',
    'http://[0:0:0:0:0:0:0:1]',
    'http://[::ffff:127.0.0.1]',
    'http://router.test',
  ])('true permits %s', (url) => {
    expect(() => parseBaseUrl(url, { allowHttp: true })).not.toThrow();
  });

  it.each([
    'http://router.example',
    'http://router:8000',
    'http://10.0.0.1',
    'http://0.0.0.0',
    'http://[fe80::1]',
    'http://[::ffff:10.0.0.1]',
    'http://localhost.example',
    'http://127.0.0.1.example',
    'http://test.example',
  ])('true does not permit %s, which needs dangerously-remote', (url) => {
    const error = refusal(url, { allowHttp: true });
    expect(error).toMatchObject({ code: 'INSECURE_URL' });
    expect((error as Error).message).toContain('dangerously-remote');
    expect(parseBaseUrl(url, { allowHttp: 'dangerously-remote' }).protocol).toBe('http:');
  });
});
