import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  InvalidArgumentError,
  phiPolicy,
  SecureChatCompletion,
  SecureCompletionClient,
  SecurityError,
} from '../../src/index.js';
import { cleanUp, configFor, later, posts, REQUEST, router, temporaryDirectory } from '../support.js';

afterEach(cleanUp);

/** Options as JavaScript callers can write them. */
type Loose = ConstructorParameters<typeof SecureChatCompletion>[0];
const loose = (options: Record<string, unknown>): Loose => options;

const WRONG: readonly [name: string, value: unknown][] = [
  ['baseUrl', 42],
  ['baseUrl', ''],
  ['baseUrl', 'not a url'],
  ['baseUrl', 'https://user:pass@router.example'],
  ['allowHttp', 'yes'],
  ['apiKey', 7],
  ['apiKey', null],
  ['apiKey', ''],
  ['apiKey', 'two\r\nlines'],
  ['apiKey', 'nul\0byte'],
  ['dangerouslyAllowBrowser', 1],
  ['secureMemory', 'no'],
  ['timeout', -1],
  ['timeout', 0],
  ['timeout', Number.NaN],
  ['timeout', Number.POSITIVE_INFINITY],
  ['timeout', '1000'],
  ['maxRetries', -1],
  ['maxRetries', 1.5],
  ['keyDir', 42],
  ['keyDir', ''],
  ['keyStorage', 'files'],
  ['keyStorage', 'indexeddb'],
  ['keyRotationInterval', -1],
  ['keyRotationInterval', Number.NaN],
  ['keyRotationDir', 7],
  ['keyRotationPassword', 'short'],
  ['keyRotationPassword', 12345678],
  ['keyRotationPassword', new Uint8Array(7)],
  ['keySize', 1024],
  ['keySize', 4095],
  ['debug', 'loud'],
  ['serverKeyPins', 'sha256/AAAA'],
  ['serverKeyPins', ['sha256/AAAA']],
  ['serverKeyPins', ['md5/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=']],
  ['serverKeyTtl', -5],
  ['tls', 'none'],
  ['tls', { rejectUnauthorized: false }],
  ['fetch', 'fetch'],
  ['requireLockedMemory', 'yes'],
  ['retry', 'always'],
  ['maxRetryDelay', -1],
  ['maxRetryDelay', Number.NaN],
  ['rateLimit', { requestsPerSecond: 2, burst: 1 }],
  ['keys', { unwrap: 'no' }],
  ['keyRotationRequests', 0],
  ['serverKeyPolicy', 'trust'],
  ['onServerKeyChange', true],
  ['padding', 'full'],
  ['policy', { requireHttps: 'yes' }],
  ['proxy', 'socks5://127.0.0.1:1080'],
  ['proxy', 7],
  ['tls', { minVersion: 'TLSv1.1' }],
  ['tls', { cert: 'half of a pair' }],
  ['logger', {}],
  ['unheardOf', true],
];

describe('wrong options', () => {
  it.each(WRONG)('%s: %p is an InvalidArgumentError', (name, value) => {
    const make = (): unknown => new SecureChatCompletion(loose({ [name]: value }));
    expect(make).toThrow(InvalidArgumentError);
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it.each(['keyDir', 'keyRotationDir', 'keyRotationPassword'])(
    '%s has no effect together with keyStorage',
    (name) => {
      const make = (): unknown =>
        new SecureChatCompletion(loose({ keyStorage: 'indexeddb', [name]: 'eight characters' }));
      expect(make).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', argument: name }));
    },
  );

  it.each([
    'audit',
    'keyRotationPassword',
    'keyRotationRequests',
    'keys',
    'padding',
    'policy',
    'requireLockedMemory',
    'serverKeyPins',
    'protocol',
    'serverKeyPolicy',
    'tls',
  ])('%s: undefined would mean less protection, and does not count as left out', (name) => {
    const make = (): unknown => new SecureChatCompletion(loose({ keyDir: null, [name]: undefined }));
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', argument: name }));
  });

  it.each(['pins', 'replaceDefaultRoots', 'minVersion'])(
    'tls.%s: undefined would mean less protection, and does not count as left out',
    (name) => {
      const make = (): unknown =>
        new SecureChatCompletion(loose({ keyDir: null, tls: { [name]: undefined } }));
      expect(make).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', argument: `tls.${name}` }));
    },
  );

  it.each([
    ['serverKeyPins', { serverKeyPins: [] }],
    ['tls.pins', { tls: { pins: [] } }],
  ])('%s: an empty list is refused instead of accepting everyone', (argument, options) => {
    const make = (): unknown => new SecureChatCompletion(loose({ keyDir: null, ...options }));
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', argument }));
  });

  it('an undefined rule of the policy does not count as left out', () => {
    const policy = { ...phiPolicy, requireHttps: undefined };
    const make = (): unknown => new SecureChatCompletion(loose({ policy }));
    expect(make).toThrow(expect.objectContaining({ argument: 'policy.requireHttps' }));
  });

  it('an empty environment variable counts as unset', async () => {
    const to = await router();
    const before = process.env['NOMYO_API_KEY'];
    process.env['NOMYO_API_KEY'] = '';
    try {
      const { apiKey: _own, ...options } = configFor(to);
      const made = new SecureChatCompletion(options);
      later(() => made.dispose());
      await made.create(REQUEST);
    } finally {
      if (before === undefined) delete process.env['NOMYO_API_KEY'];
      else process.env['NOMYO_API_KEY'] = before;
    }
    expect(posts(to)[0]?.headers).not.toHaveProperty('authorization');
  });

  it('names the option as the caller wrote it', () => {
    expect(() => new SecureChatCompletion({ keyRotationPassword: 'short' })).toThrow(
      expect.objectContaining({ argument: 'keyRotationPassword' }),
    );
  });

  it('never quotes a password or an API key', () => {
    const secret = 'se\ncret';
    for (const option of ['apiKey', 'keyRotationPassword']) {
      try {
        new SecureChatCompletion(loose({ [option]: secret }));
        expect('accepted').toBe('refused');
      } catch (error) {
        expect(String(error)).not.toContain('cret');
      }
    }
  });

  it('refuses http: unless it is allowed', () => {
    expect(() => new SecureChatCompletion({ baseUrl: 'http://127.0.0.1:1' })).toThrow(SecurityError);
    expect(() => new SecureCompletionClient({ routerUrl: 'http://127.0.0.1:1' })).toThrow(SecurityError);
    expect(() => new SecureChatCompletion({ baseUrl: 'HTTP://127.0.0.1:1' })).toThrow(SecurityError);
    expect(() => new SecureChatCompletion({ baseUrl: 'ftp://127.0.0.1' })).toThrow(SecurityError);
  });

  it('names the URL as each client calls it', () => {
    const url = 'https://router.example/?x';
    expect(() => new SecureChatCompletion({ baseUrl: url })).toThrow(/^baseUrl must have neither/u);
    expect(() => new SecureCompletionClient({ routerUrl: url })).toThrow(/^routerUrl must have neither/u);
    expect(() => new SecureCompletionClient({ routerUrl: 'ftp://x' })).toThrow(/^routerUrl must begin/u);
  });

  it('are refused by the compiler too', () => {
    // @ts-expect-error an unknown name
    expect(() => new SecureChatCompletion({ timeOut: 5 })).toThrow(InvalidArgumentError);
    // @ts-expect-error each client has its own name for the URL
    expect(() => new SecureCompletionClient({ baseUrl: 'https://router.example' })).toThrow(
      InvalidArgumentError,
    );
  });
});

describe('before the first call', () => {
  it('no file is written and no connection opened, even by a wrong request', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    later(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const keyDir = join(temporaryDirectory(), 'keys');
    const client = new SecureChatCompletion({ baseUrl: `https://127.0.0.1:${String(port)}`, keyDir });
    later(() => client.dispose());
    const request = { model: 'm', messages: [] };
    await expect(client.create(request)).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(
      client.create({ ...request, messages: [{ role: 'user', content: 'x' }] }, { timeout: -1 }),
    ).rejects.toThrow(InvalidArgumentError);
    expect(existsSync(keyDir)).toBe(false);
    expect(connections).toBe(0);
  });
});
