import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { InvalidArgumentError, SecurityError } from '@nomyo/crypto/errors';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as nodeTls from 'node:tls';
import { inspect } from 'node:util';
import { APIConnectionError } from '../src/errors.js';
import { createHttpClient } from '../src/http.node.js';
import type { TlsOptions } from '../src/tls.js';
import { Authority, pinOf, selfSigned, type Identity } from './support/certificates.js';
import { runChild } from './support/child.js';
import { always, answer, Peer, rejection, tlsOf } from './support/peer.js';
import { TestProxy } from './support/proxy.js';

let authority: Authority;
let other: Authority;
let identity: Identity;
const peers: Peer[] = [];

beforeAll(async () => {
  [authority, other] = await Promise.all([Authority.create(), Authority.create('Other CA')]);
  identity = await authority.issue();
});
afterEach(async () => {
  await Promise.all(peers.splice(0).map((peer) => peer.stop()));
});

async function start(tls: NonNullable<Parameters<typeof Peer.start>[1]>['tls']): Promise<Peer> {
  const peer = await Peer.start(always(answer()), tls === undefined ? {} : { tls });
  peers.push(peer);
  return peer;
}

async function send(peer: Peer, tls: TlsOptions | undefined, url: URL = peer.url): Promise<number> {
  const client = createHttpClient({ tls });
  try {
    const body = new Uint8Array(10).fill(1);
    return (await client.send({ method: 'POST', url, headers: {}, body, timeout: 30_000, maxBytes: 1000 }))
      .status;
  } finally {
    client.close();
  }
}

describe('the certificate of the router', () => {
  it('is accepted when a named authority issued it', async () => {
    expect(await send(await start(identity), { ca: authority.pem })).toBe(200);
  });

  it.each<[string, () => TlsOptions['ca']]>([
    ['bytes', () => new TextEncoder().encode(authority.pem)],
    ['DER', () => new X509Certificate(authority.pem).raw],
    ['a bundle', () => other.pem + authority.pem],
    ['an array', () => [other.pem, new TextEncoder().encode(authority.pem)]],
  ])('is accepted when the authority is given as %s', async (_, ca) => {
    expect(await send(await start(identity), { ca: ca() })).toBe(200);
  });

  it.each<[string, () => Promise<Identity>, TlsOptions['ca'], RegExp]>([
    ['an unknown authority', () => other.issue(), undefined, /tls\.ca/],
    ['another authority than the named one', () => other.issue(), undefined, /NODE_EXTRA_CA_CERTS/],
    ['nobody but itself', () => selfSigned(), undefined, /self-signed/],
    ['a time that is over', () => authority.issue({ notBefore: -3, notAfter: -1 }), undefined, /renew|clock/],
    ['a time to come', () => authority.issue({ notBefore: 1, notAfter: 3 }), undefined, /renew|clock/],
    ['another host', () => authority.issue({ names: ['example.org'] }), undefined, /another host name/],
    ['a client', () => authority.issue({ client: true }), undefined, /issued anew/],
  ])('is refused when it is from or for %s', async (_, issue, ca, advice) => {
    const peer = await start(await issue());
    const error = await rejection(send(peer, { ca: ca ?? authority.pem }));
    expect(error).toBeInstanceOf(APIConnectionError);
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', possiblyExecuted: false, retryable: false });
    expect((error as Error).message).toMatch(advice);
    expect(peer.requests).toHaveLength(0);
    expect(peer.bytes).toBe(0);
  });

  it('is refused by default when the authority is not a public one', async () => {
    const peer = await start(identity);
    expect(await rejection(send(peer, undefined))).toMatchObject({ retryable: false });
    expect(peer.bytes).toBe(0);
  });

  it('must have the name in servername when there is one', async () => {
    const peer = await start(await authority.issue({ names: ['router.example'] }));
    expect(await send(peer, { ca: authority.pem, servername: 'router.example' })).toBe(200);
    expect(await rejection(send(peer, { ca: authority.pem, servername: 'other.example' }))).toMatchObject({
      retryable: false,
    });
  });

  it('is checked by address too', async () => {
    const peer = await start(identity);
    const url = new URL(peer.url.href.replace('localhost', '127.0.0.1'));
    expect(await send(peer, { ca: authority.pem }, url)).toBe(200);
    const nameOnly = await start(await authority.issue({ names: ['localhost'] }));
    const byAddress = new URL(nameOnly.url.href.replace('localhost', '127.0.0.1'));
    expect(await rejection(send(nameOnly, { ca: authority.pem }, byAddress))).toMatchObject({
      retryable: false,
    });
  });
});

describe('a chain of authorities', () => {
  it('is accepted by its root when the server sends what is between', async () => {
    const issuing = await authority.subordinate();
    const { cert, key } = await issuing.issue();
    expect(await send(await start({ cert: cert + issuing.pem, key }), { ca: authority.pem })).toBe(200);
  });

  it('that is incomplete is an error that says so; what is missing can be named', async () => {
    const issuing = await authority.subordinate();
    const peer = await start(await issuing.issue());
    const error = await rejection(send(peer, { ca: authority.pem }));
    expect(error).toMatchObject({ possiblyExecuted: false, retryable: false });
    expect((error as Error).message).toMatch(/does not send those between.*tls\.ca/);
    expect(await send(peer, { ca: [authority.pem, issuing.pem] })).toBe(200);
  });
});

describe('pins', () => {
  it('accept the pinned TLS key, one of several', async () => {
    const pins = [pinOf(await other.issue()), pinOf(identity)];
    expect(await send(await start(identity), { ca: authority.pem, pins })).toBe(200);
  });

  it('refuse any other key before anything is sent, and say which it was', async () => {
    const peer = await start(identity);
    const error = await rejection(send(peer, { ca: authority.pem, pins: [pinOf(await other.issue())] }));
    expect(error).toBeInstanceOf(SecurityError);
    expect(error).toMatchObject({ code: 'SERVER_KEY_NOT_PINNED' });
    expect((error as Error).message).toContain(pinOf(identity));
    expect(peer.bytes).toBe(0);
  });

  it('do not replace the other checks', async () => {
    const stranger = await selfSigned();
    const peer = await start(stranger);
    expect(await rejection(send(peer, { pins: [pinOf(stranger)] }))).toBeInstanceOf(APIConnectionError);
    expect(peer.bytes).toBe(0);
  });

  it('are checked on every connection: no session is resumed', async () => {
    const resumed: boolean[] = [];
    const peer = await start(identity);
    peer.respond = (received) => {
      resumed.push(tlsOf(received).isSessionReused());
      received.socket.end(answer('ok', { headers: ['Connection: close'] }));
    };
    const client = createHttpClient({ tls: { ca: authority.pem } });
    for (let i = 0; i < 3; i += 1) {
      await client.send({ method: 'GET', url: peer.url, headers: {}, timeout: 30_000, maxBytes: 100 });
    }
    expect(resumed).toEqual([false, false, false]);
    client.close();
  });
});

describe('versions', () => {
  it('below TLS 1.2 are refused', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const peer = await start({ ...identity, ...old });
    expect(await rejection(send(peer, { ca: authority.pem }))).toBeInstanceOf(APIConnectionError);
    expect(peer.bytes).toBe(0);
  });

  it('below TLS 1.3 are refused when that is asked for', async () => {
    const peer = await start({ ...identity, maxVersion: 'TLSv1.2' });
    expect(await send(peer, { ca: authority.pem })).toBe(200);
    expect(await rejection(send(peer, { ca: authority.pem, minVersion: 'TLSv1.3' }))).toMatchObject({
      possiblyExecuted: false,
    });
  });

  it('the connection is HTTP/1.1 by ALPN', async () => {
    const peer = await start({ ...identity, ALPNProtocols: ['h2', 'http/1.1'] });
    await send(peer, { ca: authority.pem });
    expect(tlsOf(peer.requests[0]).alpnProtocol).toBe('http/1.1');
  });
});

describe('mTLS', () => {
  const demanding = () => ({ ...identity, requestCert: true, rejectUnauthorized: true, ca: [authority.pem] });

  it('shows the certificate of the client', async () => {
    const client = await authority.issue({ client: true, names: ['the-client'] });
    const peer = await start(demanding());
    expect(await send(peer, { ca: authority.pem, ...client })).toBe(200);
    const shown = tlsOf(peer.requests[0]).getPeerCertificate();
    expect(shown.subject.CN).toBe('the-client');
  });

  it('is an error of the connection without one', async () => {
    expect(await rejection(send(await start(demanding()), { ca: authority.pem }))).toBeInstanceOf(
      APIConnectionError,
    );
  });

  it('takes an encrypted key with its passphrase, and refuses it with another or none, without quoting it', async () => {
    const { cert, key } = await authority.issue({ client: true, names: ['the-client'] });
    const passphrase = 'SECRET-passphrase';
    const options = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase } as const;
    const encrypted = createPrivateKey(key).export(options).toString();
    const tls = { ca: authority.pem, cert, key: encrypted };
    expect(await send(await start(demanding()), { ...tls, passphrase })).toBe(200);
    for (const wrong of [{ ...tls, passphrase: `${passphrase}x` }, tls]) {
      const make = (): unknown => createHttpClient({ tls: wrong });
      expect(make).toThrow(InvalidArgumentError);
      expect(make).not.toThrow(/SECRET/);
    }
  });

  it('works through a proxy, which is shown no certificate', async () => {
    const client = await authority.issue({ client: true, names: ['the-client'] });
    const peer = await start(demanding());
    const proxy = await TestProxy.start({ identity });
    const http = createHttpClient({ tls: { ca: authority.pem, ...client }, proxy: proxy.url() });
    const request = { method: 'POST', url: peer.url, headers: {}, timeout: 30_000, maxBytes: 100 } as const;
    expect(await http.send(request)).toMatchObject({ status: 200 });
    expect(tlsOf(peer.requests[0]).getPeerCertificate().subject.CN).toBe('the-client');
    expect(proxy.asked).toHaveLength(1);
    http.close();
    await proxy.stop();
  });

  it('refuses halves, strangers and damage at once', async () => {
    const [one, two] = await Promise.all([authority.issue(), authority.issue()]);
    for (const tls of [
      { cert: one.cert },
      { key: one.key },
      { cert: one.cert, key: two.key },
      { cert: 'x', key: 'y' },
    ]) {
      expect(() => createHttpClient({ tls })).toThrow(InvalidArgumentError);
    }
  });

  it('shows the private key to nobody who inspects the client', async () => {
    const client = await authority.issue({ client: true });
    const http = createHttpClient({ tls: { ca: authority.pem, ...client } });
    const body = client.key.split('\n')[1] ?? '';
    expect(inspect(http, { depth: 20, showHidden: true })).not.toContain(body.slice(0, 20));
  });
});

describe('options', () => {
  it.each<[string, unknown]>([
    ['tls', { rejectUnauthorized: false }],
    ['tls', { checkServerIdentity: () => undefined }],
    ['tls', { constructor: 1 }],
    ['tls.ca', { ca: 1 }],
    ['tls.ca', { ca: 'no certificate' }],
    ['tls.ca', { ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' }],
    ['tls.minVersion', { minVersion: 'TLSv1' }],
    ['tls.servername', { servername: '' }],
    ['tls.pins', { pins: ['sha256/x'] }],
    ['tls.replaceDefaultRoots', { replaceDefaultRoots: true }],
    ['tls.replaceDefaultRoots', { replaceDefaultRoots: 1 }],
    ['tls.systemRoots', { systemRoots: 'yes' }],
    ['tls.systemRoots', { systemRoots: true, replaceDefaultRoots: true, ca: 'any' }],
    ['tls.passphrase', { passphrase: 7 }],
  ])('a wrong %s is refused at once: %j', (argument, tls) => {
    let error: unknown;
    try {
      createHttpClient({ tls: tls as TlsOptions });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error).toMatchObject({ argument });
  });
});

describe('the environment', () => {
  const verdicts = async (
    tls: TlsOptions | undefined,
    env: NodeJS.ProcessEnv,
    ...urls: URL[]
  ): Promise<string[]> => {
    const { stdout } = await runChild(
      'send.mjs',
      { options: { tls }, urls: urls.map((url) => url.href) },
      env,
    );
    return stdout
      .trim()
      .split('\n')
      .map((line) => line.slice(0, 3));
  };

  it('NODE_TLS_REJECT_UNAUTHORIZED=0 changes nothing', async () => {
    const peer = await start(identity);
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    expect(await verdicts(undefined, env, peer.url)).toEqual(['CON']);
    expect(await verdicts({ ca: other.pem }, env, peer.url)).toEqual(['CON']);
    expect(await verdicts({ ca: authority.pem }, env, peer.url)).toEqual(['200']);
  });

  it('NODE_EXTRA_CA_CERTS works alone, beside tls.ca, and not with replaceDefaultRoots', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'nomyo-transport-'));
    try {
      const extra = join(dir, 'extra.pem');
      await writeFile(extra, other.pem);
      const env = { NODE_EXTRA_CA_CERTS: extra };
      const [first, second] = [await start(identity), await start(await other.issue())];
      const ca = authority.pem;
      expect(await verdicts(undefined, env, first.url, second.url)).toEqual(['CON', '200']);
      expect(await verdicts({ ca }, env, first.url, second.url)).toEqual(['200', '200']);
      expect(await verdicts({ ca, replaceDefaultRoots: true }, env, first.url, second.url)).toEqual([
        '200',
        'CON',
      ]);
      const missing = { NODE_EXTRA_CA_CERTS: join(dir, 'missing.pem') };
      expect(await verdicts({ ca }, missing, first.url, second.url)).toEqual(['200', 'CON']);
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  const hasSystemStore = 'getCACertificates' in nodeTls;
  const where = hasSystemStore ? it : it.skip;

  where('tls.systemRoots adds the store of the system to the other authorities', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'nomyo-transport-'));
    try {
      // Where OpenSSL, and with it Node on Linux, looks for the store of the system.
      const store = join(dir, 'system.pem');
      await writeFile(store, other.pem);
      const env = { SSL_CERT_FILE: store, SSL_CERT_DIR: dir };
      const [first, second] = [await start(identity), await start(await other.issue())];
      const ca = authority.pem;
      expect(await verdicts({ ca }, env, first.url, second.url)).toEqual(['200', 'CON']);
      expect(await verdicts({ ca, systemRoots: true }, env, first.url, second.url)).toEqual(['200', '200']);
      expect(await verdicts({ systemRoots: true }, env, first.url, second.url)).toEqual(['CON', '200']);
      const asStarted = { ...env, NODE_OPTIONS: '--use-system-ca' };
      expect(await verdicts({ ca }, asStarted, first.url, second.url)).toEqual(['200', '200']);
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  it('tls.systemRoots is refused, or works, as this Node can read the store', () => {
    const make = (): unknown => createHttpClient({ tls: { systemRoots: true } }).close();
    if (hasSystemStore) expect(make).not.toThrow();
    else expect(make).toThrow(/tls\.systemRoots needs Node 22\.15/);
  });
});
