import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { makeCertificate, startRouter, type Router } from '@nomyo/router/testing';
import { until } from '@nomyo/testkit';
import { collect, ended, Home } from './cli.js';

const home = new Home();
let router: Router;

beforeAll(async () => {
  router = await startRouter({ keySize: 2048, tls: true });
  writeFileSync(home.file('ca.pem'), router.ca ?? '');
});
afterAll(async () => {
  home.remove();
  await router.close();
});

const there = () => ({ env: { NOMYO_BASE_URL: router.url, NOMYO_TLS_CA: home.file('ca.pem') } });

describe('nomyo pin', () => {
  it('prints the pin that openssl computes, who issued the certificate, and how to check it', async () => {
    const der = execFileSync('openssl', ['pkey', '-pubin', '-outform', 'der'], {
      input: router.publicKeyPem,
    });
    const digest = execFileSync('openssl', ['dgst', '-sha256', '-binary'], { input: der }).toString('base64');
    const { code, stdout, stderr } = await home.run(['pin'], there());
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain(`sha256/${digest}\n`);
    expect(stdout).toMatch(/^Issuer: +\S/mu);
    expect(stderr).toMatch(/over another channel[\s\S]*openssl dgst -sha256/u);
    const json: unknown = JSON.parse((await home.run(['pin', '--json'], there())).stdout);
    expect(json).toMatchObject({ pin: router.fingerprint, keySize: 2048, issuer: expect.any(String) });
  });

  it.each([
    ['--root', `ed25519/${'A'.repeat(43)}=`],
    ['--realm', 'clinic'],
  ])('refuses %s, which pins nothing, and asks no router', async (flag, value) => {
    const before = router.requests.length;
    const { code, stdout, stderr } = await home.run(['pin', flag, value], there());
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('nomyo doctor --root')]);
    expect(router.requests.length).toBe(before);
  });

  it('ends with 3 when the key is not one of the pinned ones', async () => {
    const { code, stderr } = await home.run(['pin', '--pin', `sha256/${'A'.repeat(43)}=`], there());
    expect([code, stderr]).toEqual([3, expect.stringContaining(router.fingerprint)]);
    expect((await home.run(['pin', '--pin', router.fingerprint], there())).code).toBe(0);
  });

  it.each([{}, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }])(
    'does not trust an untrusted certificate, whatever Node is told: %j',
    async (env) => {
      const { code, stdout, stderr } = await home.run(['pin', '--base-url', router.url], { env });
      expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
      expect(stderr).toMatch(/nomyo doctor/u);
    },
  );

  it('--watch reports a change, and ends with 130 on Ctrl-C', async () => {
    const before = router.fingerprint;
    const child = home.start(['pin', '--watch', '--interval', '50ms'], there());
    const output = collect(child);
    await until(() => output().stdout.includes(before));
    await router.rotateKey();
    await until(() => output().stdout.includes(`changed from ${before} to ${router.fingerprint}`));
    child.kill('SIGINT');
    expect(await ended(child)).toBe(130);
  });
});

describe('nomyo router', () => {
  it('answers over TLS with its own authority, and fails on purpose', async () => {
    const args = [
      'router',
      '--port',
      '0',
      '--tls',
      '--cert-file',
      home.file('own.pem'),
      '--fail',
      'flip-tag',
    ];
    const child = home.start(args);
    const output = collect(child);
    const url = await until(() => /https:\/\/127\.0\.0\.1:\d+/u.exec(output().stdout)?.[0]);
    const env = { NOMYO_BASE_URL: url, NOMYO_TLS_CA: home.file('own.pem') };
    const pin = await home.run(['pin', '--json'], { env });
    expect(output().stdout).toContain(String(/"pin":"([^"]+)"/u.exec(pin.stdout)?.[1]));
    const words = ['ask', '--ephemeral', '--model', 'm', 'is anybody there?'];
    expect((await home.run(words, { env })).code).toBe(3);
    child.kill('SIGTERM');
    expect(await ended(child)).toBe(0);
  });
});

/** A proxy that leads every tunnel to one port of this machine, and asks for a password. */
async function startProxy(port: number, consent = 'HTTP/1.1 200 OK\r\n\r\n') {
  const asked: { readonly target: string; readonly authorization: string | undefined }[] = [];
  let isOpen = true;
  const server = createServer().on('connect', ({ url = '', headers }, socket: Socket) => {
    asked.push({ target: url, authorization: headers['proxy-authorization'] });
    if (!isOpen) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const target = connect(port, '127.0.0.1', () => {
      socket.write(consent);
      socket.pipe(target).pipe(socket);
    });
    for (const end of [socket, target]) {
      end.on('error', () => undefined).on('close', () => (socket.destroy(), target.destroy()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = String((server.address() as AddressInfo).port);
  return {
    url: `http://user:SECRET@127.0.0.1:${own}`,
    asked,
    shut: () => {
      isOpen = false;
    },
    close: () => server.close(),
  };
}

describe('behind a proxy', () => {
  /** A name that only the proxy knows. */
  const HOST = 'router.nomyo.invalid';

  it('pin, doctor and ask go through it, and its password is never shown', async () => {
    const { ca, cert, key } = await makeCertificate({ hosts: [HOST] });
    const far = await startRouter({ keySize: 2048, tls: { cert, key } });
    const proxy = await startProxy(Number(new URL(far.url).port));
    try {
      writeFileSync(home.file('far.pem'), ca);
      const env = {
        NOMYO_BASE_URL: `https://${HOST}`,
        NOMYO_TLS_CA: home.file('far.pem'),
        HTTPS_PROXY: proxy.url,
      };
      const pin = await home.run(['pin', '--json'], { env });
      expect(JSON.parse(pin.stdout)).toMatchObject({ pin: far.fingerprint, url: `https://${HOST}/` });
      const doctor = await home.run(['doctor', '--json', '--pin', far.fingerprint, '--ephemeral'], { env });
      expect(doctor.stdout).toMatch(
        /"id":"proxy","title":"Proxy","status":"ok","detail":"[^"]*127\.0\.0\.1:/u,
      );
      expect(doctor.stdout).toMatch(/"id":"router-key",[^}]*"status":"ok"/u);
      const words = ['ask', '--ephemeral', '--pin', far.fingerprint, '--model', 'm', 'hello'];
      expect(await home.run(words, { env })).toMatchObject({ code: 0, stderr: '' });
      expect(new Set(proxy.asked.map(({ target }) => target))).toEqual(new Set([`${HOST}:443`]));
      expect(proxy.asked[0]?.authorization).toBe(`Basic ${btoa('user:SECRET')}`);
      proxy.shut();
      const refused = await home.run(['pin'], { env });
      expect([refused.code, refused.stdout]).toEqual([4, '']);
      const all = [pin, doctor, refused].flatMap(({ stdout, stderr }) => [stdout, stderr]).join('');
      expect(all).not.toContain('SECRET');
    } finally {
      proxy.close();
      await far.close();
    }
  });

  it('one that sends bytes of its own is refused', async () => {
    const proxy = await startProxy(
      Number(new URL(router.url).port),
      'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK',
    );
    try {
      const env = { ...there().env, NOMYO_BASE_URL: `https://${HOST}`, HTTPS_PROXY: proxy.url };
      expect(await home.run(['pin'], { env })).toMatchObject({ code: 4, stdout: '' });
      const { stdout } = await home.run(['doctor', '--ephemeral'], { env });
      expect(stdout).toMatch(/^fail +Endpoint +.*the proxy sends bytes of its own/mu);
    } finally {
      proxy.close();
    }
  });

  it('an invalid one is refused without being quoted', async () => {
    const env = { ...there().env, NOMYO_BASE_URL: `https://${HOST}`, HTTPS_PROXY: 'socks5://SECRET@x' };
    const { code, stderr } = await home.run(['doctor'], { env });
    expect(code).toBe(1);
    expect(stderr).not.toContain('SECRET');
  });
});
