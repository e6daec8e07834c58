import { describe, expect, it } from '@jest/globals';
import { InvalidArgumentError } from '@nomyo/base';
import { bypassesProxy, environmentProxy, parseProxy, proxyVariable } from '../../src/connection/proxy.js';

describe('parseProxy', () => {
  it.each([
    ['http://proxy.corp:3128', { secure: false, host: 'proxy.corp', port: 3128, authorization: undefined }],
    ['proxy.corp:3128', { secure: false, host: 'proxy.corp', port: 3128, authorization: undefined }],
    ['http://proxy/', { secure: false, host: 'proxy', port: 80, authorization: undefined }],
    ['https://proxy', { secure: true, host: 'proxy', port: 443, authorization: undefined }],
    ['http://[::1]:8080', { secure: false, host: '::1', port: 8080, authorization: undefined }],
    [
      'http://Aladdin:open%20sesame@p:1',
      { secure: false, host: 'p', port: 1, authorization: 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==' },
    ],
    ['http://user@p:1', { secure: false, host: 'p', port: 1, authorization: 'Basic dXNlcjo=' }],
  ])('reads %s', (text, proxy) => {
    expect(parseProxy(text)).toEqual(proxy);
  });

  it.each([
    '',
    'socks5://p:1080',
    'ftp://p',
    'http://p/path',
    'http://p?x',
    'http://',
    'http://SECRET:%ff@p',
    'http://SECRET@p:x',
    7,
  ])('refuses %j without quoting it', (text) => {
    let error: unknown;
    try {
      parseProxy(text as string);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(String((error as Error).stack)).not.toContain('SECRET');
    expect((error as Error).cause).toBeUndefined();
  });

  it.each(['socks5://p:1080', 'http://user:%ff@p'])('names the option that %s came from', (text) => {
    expect(() => parseProxy(text, 'HTTPS_PROXY')).toThrow(
      expect.objectContaining({ argument: 'HTTPS_PROXY', message: expect.stringMatching(/^HTTPS_PROXY /u) }),
    );
  });
});

describe('bypassesProxy', () => {
  it.each<[string, string, number, boolean]>([
    ['', 'a.example', 443, false],
    ['*', 'a.example', 443, true],
    ['example', 'a.example', 443, true],
    ['a.example', 'a.example', 443, true],
    ['A.Example', 'a.EXAMPLE', 443, true],
    ['.example', 'a.example', 443, true],
    ['*.example', 'a.b.example', 443, true],
    ['example', 'notexample', 443, false],
    ['a.example', 'example', 443, false],
    ['a.example.evil', 'a.example', 443, false],
    ['x, a.example  y', 'a.example', 443, true],
    ['a.example:443', 'a.example', 443, true],
    ['a.example:8443', 'a.example', 443, false],
    ['10.0.0.0/8', '10.20.30.40', 443, true],
    ['10.0.0.0/8', '11.0.0.1', 443, false],
    ['10.0.0.0/33', '10.0.0.0', 443, false],
    ['10.0.0.0/8', '10.evil.example', 443, false],
    ['0.0.0.0/0', '1.2.3.4', 443, true],
    ['192.168.1.7', '192.168.1.7', 443, true],
    ['1.7', '192.168.1.7', 443, false],
    ['::1', '::1', 443, true],
    ['[::1]:443', '::1', 443, true],
    ['[::1]:80', '::1', 443, false],
    ['a.example.', 'a.example', 443, true],
    ['a.example', 'a.example.', 443, true],
    ['.a.example.', 'b.a.example', 443, true],
    ['.', 'a.example', 443, false],
    ['0:0:0:0:0:0:0:1', '::1', 443, true],
    ['2001:DB8::0:1', '2001:db8::1', 443, true],
    ['2001:db8::1', '2001:db8::2', 443, false],
    ['fd00::/8', 'fd12:3456::1', 443, true],
    ['[fd00::]/8', 'fd12:3456::1', 443, true],
    ['fd00::/8', 'fe80::1', 443, false],
    ['fd00::/129', 'fd00::', 443, false],
    ['::/0', '2001:db8::1', 443, true],
    ['::/0', '10.0.0.1', 443, false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', 443, true],
    ['::ffff:10.1.2.3', '10.1.2.3', 443, true],
    ['10.0.0.0/', '10.0.0.0', 443, false],
    ['10.0.0.0/8:8443', '10.0.0.1', 8443, true],
    ['10.0.0.0/8:8443', '10.0.0.1', 443, false],
  ])('%j for %s:%d is %p', (noProxy, host, port, expected) => {
    expect(bypassesProxy(noProxy, host, port)).toBe(expected);
  });
});

describe('environmentProxy', () => {
  const HTTPS_PROXY = 'http://ann:s3cret@proxy.corp:3128';

  it.each([
    ['localhost', true],
    ['127.1.2.3', true],
    ['::1', true],
    ['inside.corp', true],
    ['api.nomyo.ai', false],
  ])('leaves out this machine and NO_PROXY: %s', (host, expected) => {
    const { noProxy = '' } = environmentProxy({ HTTPS_PROXY, NO_PROXY: 'inside.corp' }) ?? {};
    expect(bypassesProxy(noProxy, host, 443)).toBe(expected);
  });

  it('reads the lower case first, and an empty variable as none', () => {
    const both = { HTTPS_PROXY, https_proxy: 'http://other:1' };
    expect(environmentProxy(both)?.proxy.host).toBe('other');
    expect(environmentProxy({ HTTPS_PROXY, https_proxy: '' })?.proxy.host).toBe('proxy.corp');
    expect(environmentProxy({ HTTPS_PROXY: '', NO_PROXY: '*' })).toBeUndefined();
    expect(proxyVariable({ NO_PROXY: 'a', no_proxy: '' }, 'NO_PROXY')).toBe('a');
  });

  it.each(['socks5://SECRET@x', 'http://SECRET%ff@x'])(
    'names the variable of %s, and quotes nothing',
    (proxy) => {
      let message = '';
      try {
        environmentProxy({ HTTPS_PROXY: proxy });
      } catch (error) {
        message = String(error);
      }
      expect(message).toMatch(/HTTPS_PROXY (must|has)/);
      expect(message).not.toContain('SECRET');
    },
  );
});
