import { describe, expect, it } from '@jest/globals';
import { InvalidArgumentError } from '@nomyo/base';
import { createPrivateKey } from 'node:crypto';
import { inspect } from 'node:util';
import { APIConnectionError } from '../../src/errors/errors.js';
import { createHttpClient } from '../../src/client/http.node.js';
import { rejection, tlsOf } from '../support/peer.js';
import { TestProxy } from '../support/proxy.js';
import { send, start, useCertificates } from '../support/tls-peers.js';

const made = useCertificates();

describe('mTLS', () => {
  const demanding = () => ({
    ...made().identity,
    requestCert: true,
    rejectUnauthorized: true,
    ca: [made().authority.pem],
  });

  it('shows the certificate of the client', async () => {
    const client = await made().authority.issue({ client: true, names: ['the-client'] });
    const peer = await start(demanding());
    expect(await send(peer, { ca: made().authority.pem, ...client })).toBe(200);
    const shown = tlsOf(peer.requests[0]).getPeerCertificate();
    expect(shown.subject.CN).toBe('the-client');
  });

  it('is an error of the connection without one', async () => {
    expect(await rejection(send(await start(demanding()), { ca: made().authority.pem }))).toBeInstanceOf(
      APIConnectionError,
    );
  });

  it('takes an encrypted key with its passphrase, and refuses it with another or none, without quoting it', async () => {
    const { cert, key } = await made().authority.issue({ client: true, names: ['the-client'] });
    const passphrase = 'SECRET-passphrase';
    const options = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase } as const;
    const encrypted = createPrivateKey(key).export(options).toString();
    const tls = { ca: made().authority.pem, cert, key: encrypted };
    expect(await send(await start(demanding()), { ...tls, passphrase })).toBe(200);
    for (const wrong of [{ ...tls, passphrase: `${passphrase}x` }, tls]) {
      const make = (): unknown => createHttpClient({ tls: wrong });
      expect(make).toThrow(InvalidArgumentError);
      expect(make).not.toThrow(/SECRET/);
    }
  });

  it('works through a proxy, which is shown no certificate', async () => {
    const client = await made().authority.issue({ client: true, names: ['the-client'] });
    const peer = await start(demanding());
    const proxy = await TestProxy.start({ identity: made().identity });
    const http = createHttpClient({
      tls: { ca: made().authority.pem, ...client },
      proxy: proxy.url(),
    });
    const request = { method: 'POST', url: peer.url, headers: {}, timeout: 30_000, maxBytes: 100 } as const;
    expect(await http.send(request)).toMatchObject({ status: 200 });
    expect(tlsOf(peer.requests[0]).getPeerCertificate().subject.CN).toBe('the-client');
    expect(proxy.asked).toHaveLength(1);
    http.close();
    await proxy.stop();
  });

  it('refuses incomplete, mismatched and damaged pairs at once', async () => {
    const [one, two] = await Promise.all([made().authority.issue(), made().authority.issue()]);
    for (const tls of [
      { cert: one.cert },
      { key: one.key },
      { cert: one.cert, key: two.key },
      { cert: 'x', key: 'y' },
    ]) {
      expect(() => createHttpClient({ tls })).toThrow(InvalidArgumentError);
    }
  });

  it('does not show the private key when the client is inspected', async () => {
    const client = await made().authority.issue({ client: true });
    const http = createHttpClient({ tls: { ca: made().authority.pem, ...client } });
    const body = client.key.split('\n')[1] ?? '';
    expect(inspect(http, { depth: 20, showHidden: true })).not.toContain(body.slice(0, 20));
  });
});
