import { describe, expect, it } from '@jest/globals';
import { readCommandLine, type Environment } from '../../../src/testing/cli/command-line.js';

const options = (words: string, environment: Environment = {}): unknown => {
  const command = readCommandLine(words.split(' ').filter(Boolean), environment);
  return command.kind === 'run' ? command.options : command.kind;
};

describe('the command line', () => {
  it('has defaults', () => {
    expect(options('')).toEqual({
      host: '127.0.0.1',
      port: 12_435,
      tls: false,
      rateLimit: false,
      apiKeys: [],
      tierModels: {},
    });
  });

  it.each([
    ['--tls', { tls: true }],
    ['--port 0', { port: 0 }],
    ['--host ::1', { host: '::1' }],
    ['--host 127.0.0.53', { host: '127.0.0.53' }],
    ['--host 0.0.0.0 --allow-remote', { host: '0.0.0.0' }],
    ['--prefix /eu', { prefix: '/eu' }],
    ['--allow-origin https://page.example', { allowOrigin: 'https://page.example' }],
    ['--api-key a --api-key b', { apiKeys: ['a', 'b'] }],
    ['--key-size 2048', { keySize: 2048 }],
    ['--rate-limit', { rateLimit: true }],
    ['--upstream http://127.0.0.1:8080', { upstream: 'http://127.0.0.1:8080' }],
    [
      '--upstream http://h --upstream-api-key k --upstream-timeout 5',
      { upstreamApiKey: 'k', upstreamTimeout: 5000 },
    ],
    [
      '--allow maximum=a,b --allow maximum=c --allow high=',
      { tierModels: { maximum: ['a', 'b', 'c'], high: [] } },
    ],
    ['--allow standard=org/model=1', { tierModels: { standard: ['org/model=1'] } }],
    ['--fail 503', { fail: '503' }],
    ['--fail 503*2,ok,drip:5', { fail: ['503*2', 'ok', 'drip:5'] }],
    ['--help --port 1', 'help'],
    ['-h', 'help'],
    ['--version', 'version'],
  ])('%s', (words, expected) => {
    if (typeof expected === 'string') expect(options(words)).toBe(expected);
    else expect(options(words)).toMatchObject(expected);
  });

  it('takes secrets from the environment', () => {
    const environment = { NOMYO_ROUTER_API_KEYS: 'x,y', NOMYO_UPSTREAM_API_KEY: 'z' };
    expect(options('--upstream http://h', environment)).toMatchObject({
      apiKeys: ['x', 'y'],
      upstreamApiKey: 'z',
    });
    expect(options('--api-key a', environment)).toMatchObject({ apiKeys: ['a', 'x', 'y'] });
  });

  it.each([
    ['--bogus', /--bogus/u],
    ['positional', /positional/u],
    ['--port', /--port/u],
    ['--port http', /--port must be a whole number/u],
    ['--port=-1', /--port must be a whole number/u],
    ['--tls=yes', /--tls/u],
    ['--host 0.0.0.0', /--allow-remote/u],
    ['--host example.org', /--allow-remote/u],
    ['--key-size 1024', /--key-size must be one of 2048, 3072, 4096/u],
    ['--cert-file ca.pem', /--cert-file needs --tls/u],
    ['--upstream-api-key k', /--upstream-api-key needs --upstream/u],
    ['--allow extreme=a', /--allow takes TIER=MODEL/u],
    ['--allow maximum', /--allow takes TIER=MODEL/u],
    ['--fail nonsense', /nonsense/u],
    ['--fail 503,', /mode ""/u],
  ])('%s is an error', (words, message) => {
    expect(() => options(words)).toThrow(message);
  });
});
