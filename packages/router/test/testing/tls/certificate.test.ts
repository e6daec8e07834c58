import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { makeCertificate, type MadeCertificate } from '../../../src/testing/index.js';
import { createAuthority } from '../../../src/testing/tls/authority.js';

let dir = '';
let made: MadeCertificate;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'nomyo-certificate-'));
  made = await makeCertificate({ hosts: ['router.test', '192.0.2.7', '2001:db8::a:1'], days: 2 });
  for (const [name, pem] of Object.entries(made)) writeFileSync(join(dir, `${name}.pem`), String(pem));
});

afterAll(() => rmSync(dir, { recursive: true }));

const openssl = (...args: string[]): string =>
  execFileSync('openssl', args, { cwd: dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** The error of a TLS handshake in which the server is asked for as `host`, or `undefined`. */
async function handshake(
  host: string,
  ca: string,
  server: Pick<MadeCertificate, 'key' | 'cert'> = made,
): Promise<string | undefined> {
  const listener = createServer({ key: server.key, cert: server.cert });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  const isIp = /^[\d.:a-f]+$/u.test(host);
  return new Promise((resolve) => {
    const socket = connect({
      host: '127.0.0.1',
      port,
      ca,
      ...(isIp ? {} : { servername: host }),
      checkServerIdentity,
    });
    socket.once('secureConnect', () => done(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    function done(result: string | undefined): void {
      socket.destroy();
      listener.close();
      resolve(result);
    }
  });

  function checkServerIdentity(_host: string, { raw }: { raw: Buffer }): Error | undefined {
    const leaf = new X509Certificate(raw);
    const found = /^[\d.:a-f]+$/u.test(host) ? leaf.checkIP(host) : leaf.checkHost(host);
    return found === undefined ? new Error('wrong host') : undefined;
  }
}

describe('a certificate made on the spot', () => {
  it('is verified by openssl, with strict checks, for every host', () => {
    for (const host of ['localhost', 'router.test']) {
      expect(
        openssl(
          'verify',
          '-x509_strict',
          '-purpose',
          'sslserver',
          '-CAfile',
          'ca.pem',
          '-verify_hostname',
          host,
          'cert.pem',
        ),
      ).toMatch(/OK/u);
    }
    for (const ip of ['127.0.0.1', '::1', '192.0.2.7', '2001:db8::a:1']) {
      expect(
        openssl(
          'verify',
          '-x509_strict',
          '-purpose',
          'sslserver',
          '-CAfile',
          'ca.pem',
          '-verify_ip',
          ip,
          'cert.pem',
        ),
      ).toMatch(/OK/u);
    }
  });

  it('is refused by openssl for any other host', () => {
    expect(() =>
      openssl('verify', '-CAfile', 'ca.pem', '-verify_hostname', 'other.test', 'cert.pem'),
    ).toThrow(/hostname mismatch/u);
  });

  it('expires after the days it was made for', () => {
    const leaf = new X509Certificate(made.cert);
    const days = (Date.parse(leaf.validTo) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(1.9);
    expect(days).toBeLessThanOrEqual(2);
    expect(Date.parse(leaf.validFrom)).toBeLessThan(Date.now());
  });

  it('belongs to its key, and not to that of the authority', () => {
    const [leaf, ca] = [new X509Certificate(made.cert), new X509Certificate(made.ca)];
    expect(leaf.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(leaf.checkIssued(ca)).toBe(true);
    expect(leaf.ca).toBe(false);
    expect(leaf.publicKey.equals(ca.publicKey)).toBe(false);
  });

  it('is a new one every time', async () => {
    const other = await makeCertificate();
    expect(other.ca).not.toBe(made.ca);
    expect(await handshake('localhost', other.ca)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  it.each(['localhost', 'router.test', '127.0.0.1', '192.0.2.7'])(
    'is accepted in a handshake for %s',
    async (host) => {
      expect(await handshake(host, made.ca)).toBeUndefined();
    },
  );
});

describe('the authority', () => {
  it('cannot vouch for other host names, even with its key in the wrong hands', async () => {
    const authority = await createAuthority(['localhost', '127.0.0.1'], 1);
    writeFileSync(join(dir, 'own-ca.pem'), authority.pem);
    const verify = async (...hosts: string[]): Promise<string> => {
      writeFileSync(join(dir, 'own-cert.pem'), (await authority.issue(hosts)).cert);
      return openssl('verify', '-x509_strict', '-CAfile', 'own-ca.pem', 'own-cert.pem');
    };
    expect(await verify('localhost', '127.0.0.1', '::1')).toMatch(/OK/u);
    await expect(verify('bank.example')).rejects.toThrow(/permitted subtree violation/u);
    await expect(verify('localhost', 'bank.example')).rejects.toThrow(/permitted subtree violation/u);
  });

  it('can sign no other authority, and has no constraint on addresses, which Bun would refuse', () => {
    const text = openssl('x509', '-in', 'ca.pem', '-noout', '-text');
    expect(text).toMatch(/Name Constraints: critical\s+Permitted:\s+DNS:localhost\s+DNS:router\.test\n/u);
    expect(text).not.toMatch(/^ +IP:/mu);
    expect(text).toMatch(/CA:TRUE, pathlen:0/u);
    expect(text).toMatch(/Key Usage: critical\s+Certificate Sign\n/u);
  });
});
