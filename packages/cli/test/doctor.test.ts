import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startRouter, type Router } from '@nomyo/router/testing';
import { Home, type RunOptions } from './cli.js';

const home = new Home();
let router: Router;

beforeAll(async () => {
  router = await startRouter({ keySize: 2048, tls: true });
  writeFileSync(home.file('ca.pem'), router.ca ?? '');
  await home.run(['keys', 'generate', '--no-password', '--key-size', '2048', '--key-dir', 'keys']);
});
afterAll(async () => {
  home.remove();
  await router.close();
});

interface Check {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly detail: string;
  readonly fix: string;
}

/** The exit code, and the checks by their ids. */
async function doctor(args: readonly string[] = [], options: RunOptions = {}) {
  const env = { NOMYO_BASE_URL: router.url, NOMYO_TLS_CA: home.file('ca.pem'), ...options.env };
  const { code, stdout } = await home.run(['doctor', '--json', ...args], { ...options, env });
  const { checks } = JSON.parse(stdout) as { checks: readonly Check[] };
  return { code, checks, byId: Object.fromEntries(checks.map((check) => [check.id, check])) };
}

describe('nomyo doctor', () => {
  it('checks everything, and gives advice for every problem', async () => {
    const { checks, byId } = await doctor(['--pin', router.fingerprint, '--key-dir', 'keys']);
    expect(checks.map(({ id }) => id).toSorted()).toEqual(
      [
        ...['node', 'openssl', 'inspect', 'proxy', 'ca', 'endpoint', 'certificate', 'clock', 'router-key'],
        ...['api-key', 'keys', 'addon', 'memlock', 'core', 'swap', 'hibernation'],
      ].toSorted(),
    );
    for (const check of checks) {
      expect(Object.keys(check).toSorted()).toEqual(['detail', 'fix', 'id', 'status', 'title']);
      expect(['ok', 'warn', 'fail', 'skip']).toContain(check.status);
      if (check.status === 'warn' || check.status === 'fail') expect([check.id, check.fix]).not.toContain('');
    }
    expect(byId['endpoint']).toMatchObject({ status: 'ok', detail: expect.stringContaining('TLSv1.3') });
    expect(byId['router-key']).toMatchObject({ status: 'ok', detail: expect.stringContaining('as pinned') });
    expect(byId['clock']).toMatchObject({ status: 'ok' });
  });

  it('prints one screen, with 1 as exit code when a check fails', async () => {
    const args = ['doctor', '--base-url', 'http://127.0.0.1:9', '--ephemeral'];
    const { code, stdout, stderr } = await home.run(args);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fail +Endpoint +.*nothing is listening there\n +→ check --base-url/mu);
    expect(stdout).not.toContain('\u001b');
    expect(stderr).toMatch(/^nomyo: \d+ of 16 checks failed\n$/u);
    expect(stdout.trim().split('\n').length).toBeLessThanOrEqual(40);
  });

  it('fails for a key that is not pinned, and for one that differs from the first one seen', async () => {
    const pinned = await doctor(['--pin', `sha256/${'A'.repeat(43)}=`]);
    expect([pinned.code, pinned.byId['router-key']]).toMatchObject([1, { status: 'fail' }]);
    const ask = ['ask', '--first-use', '--key-dir', 'keys', '--model', 'm', 'hello'];
    const env = { NOMYO_BASE_URL: router.url, NOMYO_TLS_CA: home.file('ca.pem') };
    expect((await home.run(ask, { env })).code).toBe(0);
    const met = await doctor(['--key-dir', 'keys']);
    expect(met.byId['router-key']).toMatchObject({ detail: expect.stringContaining('as it was met first') });
    await router.rotateKey();
    const changed = await doctor(['--key-dir', 'keys']);
    expect([changed.code, changed.byId['router-key']]).toMatchObject([
      1,
      { status: 'fail', fix: expect.stringContaining('known_routers') },
    ]);
    expect((await home.run(ask, { env })).code).toBe(3);
  });

  it('fails for an untrusted certificate, and for files that others can reach', async () => {
    const stranger = await doctor([], { env: { NOMYO_TLS_CA: '' } });
    expect(stranger.byId['endpoint']).toMatchObject({
      status: 'fail',
      fix: expect.stringContaining('--tls-ca'),
    });
    expect(stranger.byId['router-key']).toMatchObject({ status: 'skip' });
    chmodSync(home.file('keys/private_key.pem'), 0o644);
    expect((await doctor(['--key-dir', 'keys'])).byId['keys']).toMatchObject({
      status: 'fail',
      fix: expect.stringMatching(/^chmod 600 /u),
    });
    chmodSync(home.file('keys/private_key.pem'), 0o600);
  });

  it('warns of a secret that others can read', async () => {
    const [apiKey, password] = [home.file('api-key'), home.file('key-password')];
    writeFileSync(apiKey, 'a-key-for-tests-only\n', { mode: 0o644 });
    writeFileSync(password, 'a-password-for-tests\n', { mode: 0o640 });
    const args = ['--key-dir', 'protected', '--api-key-file', apiKey, '--key-password-file', password];
    await home.run(['keys', 'generate', '--key-size', '2048', ...args.slice(0, 2), ...args.slice(4)]);
    const { byId } = await doctor(args);
    expect(byId['api-key']).toMatchObject({ status: 'warn', fix: `chmod 600 ${apiKey}` });
    expect(byId['keys']).toMatchObject({ status: 'warn', fix: `chmod 600 ${password}` });
    chmodSync(apiKey, 0o600);
    expect((await doctor(args)).byId['api-key']).toMatchObject({ status: 'ok' });
  });

  it('reports flags that write memory to files, and a proxy without its password', async () => {
    const { byId } = await doctor([], {
      env: {
        NODE_OPTIONS: '--heapsnapshot-signal=SIGUSR2',
        HTTPS_PROXY: 'http://user:SECRET@proxy.example:3128',
      },
    });
    expect(byId['inspect']).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining('--heapsnapshot'),
    });
    expect(JSON.stringify(byId)).not.toContain('SECRET');
  });

  it('gives the position of an error in the configuration file, and sends nothing', async () => {
    const config = join('.config', 'nomyo');
    mkdirSync(home.file(config), { recursive: true });
    writeFileSync(home.file(`${config}/config.json`), '{"apiKey":"SECRET"}');
    const { code, stderr } = await home.run(['doctor']);
    writeFileSync(home.file(`${config}/config.json`), '{}');
    expect([code, stderr]).toEqual([2, expect.stringContaining('secrets do not belong there')]);
    expect(stderr).not.toContain('SECRET');
  });
});
