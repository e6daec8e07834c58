import { describe, expect, it } from '@jest/globals';
import { InvalidArgumentError, SecurityError } from '@nomyo/base';
import { X509Certificate } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { APIConnectionError } from '../../src/errors/errors.js';
import { createHttpClient } from '../../src/client/http.node.js';
import type { TlsOptions } from '../../src/connection/tls.js';
import { pinOf, selfSigned, type Identity } from '../support/certificates.js';
import { answer, rejection, tlsOf } from '../support/peer.js';
import { send, start, useCertificates } from '../support/tls-peers.js';

const made = useCertificates();

describe('the certificate of the router', () => {
  it('is accepted when a named authority issued it', async () => {
    expect(await send(await start(made().identity), { ca: made().authority.pem })).toBe(200);
  });

  it.each<[string, () => TlsOptions['ca']]>([
    ['bytes', () => new TextEncoder().encode(made().authority.pem)],
    [
      'bytes of another realm',
      () =>
        runInNewContext('Uint8Array.from(bytes)', {
          bytes: [...new TextEncoder().encode(made().authority.pem)],
        }) as Uint8Array,
    ],
    ['DER', () => new X509Certificate(made().authority.pem).raw],
    ['a bundle', () => made().other.pem + made().authority.pem],
    ['an array', () => [made().other.pem, new TextEncoder().encode(made().authority.pem)]],
  ])('is accepted when the authority is given as %s', async (_, ca) => {
    expect(await send(await start(made().identity), { ca: ca() })).toBe(200);
  });

  it.each<[string, () => Promise<Identity>, TlsOptions['ca'], RegExp]>([
    ['an unknown authority', () => made().other.issue(), undefined, /tls\.ca/],
    ['another authority than the named one', () => made().other.issue(), undefined, /NODE_EXTRA_CA_CERTS/],
    ['nobody but itself', () => selfSigned(), undefined, /self-signed/],
    [
      'a time that is over',
      () => made().authority.issue({ notBefore: -3, notAfter: -1 }),
      undefined,
      /renew|clock/,
    ],
    ['a time to come', () => made().authority.issue({ notBefore: 1, notAfter: 3 }), undefined, /renew|clock/],
    [
      'another host',
      () => made().authority.issue({ names: ['example.org'] }),
      undefined,
      /another host name/,
    ],
    ['a client', () => made().authority.issue({ client: true }), undefined, /reissued/],
  ])('is refused when it is from or for %s', async (_, issue, ca, advice) => {
    const peer = await start(await issue());
    const error = await rejection(send(peer, { ca: ca ?? made().authority.pem }));
    expect(error).toBeInstanceOf(APIConnectionError);
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', possiblyExecuted: false, retryable: false });
    expect((error as Error).message).toMatch(advice);
    expect(peer.requests).toHaveLength(0);
    expect(peer.bytes).toBe(0);
  });

  it('is refused by default when the authority is not a public one', async () => {
    const peer = await start(made().identity);
    expect(await rejection(send(peer, undefined))).toMatchObject({ retryable: false });
    expect(peer.bytes).toBe(0);
  });

  it('must have the name in servername when there is one', async () => {
    const peer = await start(await made().authority.issue({ names: ['router.example'] }));
    expect(await send(peer, { ca: made().authority.pem, servername: 'router.example' })).toBe(200);
    expect(
      await rejection(send(peer, { ca: made().authority.pem, servername: 'other.example' })),
    ).toMatchObject({
      retryable: false,
    });
  });

  it('is checked by address too', async () => {
    const peer = await start(made().identity);
    const url = new URL(peer.url.href.replace('localhost', '127.0.0.1'));
    expect(await send(peer, { ca: made().authority.pem }, url)).toBe(200);
    const nameOnly = await start(await made().authority.issue({ names: ['localhost'] }));
    const byAddress = new URL(nameOnly.url.href.replace('localhost', '127.0.0.1'));
    expect(await rejection(send(nameOnly, { ca: made().authority.pem }, byAddress))).toMatchObject({
      retryable: false,
    });
  });
});

describe('a chain of authorities', () => {
  it('is accepted by its root when the server sends the intermediates', async () => {
    const issuing = await made().authority.subordinate();
    const { cert, key } = await issuing.issue();
    expect(await send(await start({ cert: cert + issuing.pem, key }), { ca: made().authority.pem })).toBe(
      200,
    );
  });

  it('that is incomplete is an error that says so; the missing part can be supplied', async () => {
    const issuing = await made().authority.subordinate();
    const peer = await start(await issuing.issue());
    const error = await rejection(send(peer, { ca: made().authority.pem }));
    expect(error).toMatchObject({ possiblyExecuted: false, retryable: false });
    expect((error as Error).message).toMatch(/does not send the intermediate .*tls\.ca/);
    expect(await send(peer, { ca: [made().authority.pem, issuing.pem] })).toBe(200);
  });
});

describe('pins', () => {
  it('accept the pinned TLS key, one of several', async () => {
    const pins = [pinOf(await made().other.issue()), pinOf(made().identity)];
    expect(await send(await start(made().identity), { ca: made().authority.pem, pins })).toBe(200);
  });

  it('refuse any other key before anything is sent, and say which it was', async () => {
    const peer = await start(made().identity);
    const error = await rejection(
      send(peer, { ca: made().authority.pem, pins: [pinOf(await made().other.issue())] }),
    );
    expect(error).toBeInstanceOf(SecurityError);
    expect(error).toMatchObject({ code: 'SERVER_KEY_NOT_PINNED' });
    expect((error as Error).message).toContain(pinOf(made().identity));
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
    const peer = await start(made().identity);
    peer.respond = (received) => {
      resumed.push(tlsOf(received).isSessionReused());
      received.socket.end(answer('ok', { headers: ['Connection: close'] }));
    };
    const client = createHttpClient({ tls: { ca: made().authority.pem } });
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
    const peer = await start({ ...made().identity, ...old });
    expect(await rejection(send(peer, { ca: made().authority.pem }))).toBeInstanceOf(APIConnectionError);
    expect(peer.bytes).toBe(0);
  });

  it('below TLS 1.3 are refused on request', async () => {
    const peer = await start({ ...made().identity, maxVersion: 'TLSv1.2' });
    expect(await send(peer, { ca: made().authority.pem })).toBe(200);
    expect(await rejection(send(peer, { ca: made().authority.pem, minVersion: 'TLSv1.3' }))).toMatchObject({
      possiblyExecuted: false,
    });
  });

  it('the connection is HTTP/1.1 by ALPN', async () => {
    const peer = await start({ ...made().identity, ALPNProtocols: ['h2', 'http/1.1'] });
    await send(peer, { ca: made().authority.pem });
    expect(tlsOf(peer.requests[0]).alpnProtocol).toBe('http/1.1');
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
