import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, writeFileSync } from 'node:fs';
import { startRouter, type Router } from '@nomyo/router/testing';
import { until } from '@nomyo/testkit';
import { collect, Home } from './cli.js';

const home = new Home();
let router: Router;

beforeAll(async () => {
  router = await startRouter({ keySize: 2048 });
});
afterAll(async () => {
  home.remove();
  await router.close();
});

const QUESTION = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hello there' }] });

/** The gateway as a process, and where it says that it is. */
async function startGateway(...args: string[]) {
  const keys = args.includes('--key-dir') ? [] : ['--ephemeral'];
  const child = home.start(['gateway', '--port', '0', ...keys, '--base-url', router.url, ...args]);
  const output = collect(child);
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const url = await until(() => /http:\/\/127\.0\.0\.1:\d+/u.exec(output().stdout)?.[0]);
  const token = /token +([\w-]{22,})$/mu.exec(output().stdout)?.[1] ?? '';
  const ask = (path = '/v1/chat/completions') =>
    fetch(url + path, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: QUESTION });
  return { child, output, ended, url, token, ask };
}

describe('nomyo gateway', () => {
  it('prints its token once, serves, and ends with 0 after SIGTERM', async () => {
    const gateway = await startGateway();
    expect(gateway.output().stdout.split(gateway.token)).toHaveLength(2);
    expect((await gateway.ask()).status).toBe(200);
    gateway.child.kill('SIGTERM');
    expect(await gateway.ended).toBe(0);
    expect(gateway.output().stderr).not.toContain(gateway.token);
    expect(gateway.output().stderr).not.toContain('hello there');
  });

  it('lets a call under way end after SIGTERM, and cuts it at the second signal', async () => {
    const gateway = await startGateway();
    expect((await gateway.ask()).status).toBe(200);
    const before = router.requests.length;
    router.setFail('never');
    const call = gateway.ask().then(
      () => 'answered',
      () => 'cut',
    );
    await until(() => router.requests.length > before);
    gateway.child.kill('SIGTERM');
    await until(() => gateway.output().stderr.includes('no new calls'));
    gateway.child.kill('SIGTERM');
    expect(await gateway.ended).toBe(1);
    expect(await call).toBe('cut');
    router.setFail(undefined);
  });

  it('ends with 130 after Ctrl-C, the second one too, and without a stack', async () => {
    for (const count of [1, 2]) {
      const gateway = await startGateway();
      for (let sent = 0; sent < count; sent += 1) gateway.child.kill('SIGINT');
      expect(await gateway.ended).toBe(130);
      expect(gateway.output().stderr).not.toMatch(/\n {4}at /u);
    }
  });

  it('reads the token from a file, and does not print it', async () => {
    writeFileSync(home.file('token'), 'a-token-of-ones-own-choice\n', { mode: 0o600 });
    const gateway = await startGateway('--token-file', home.file('token'));
    expect(gateway.output().stdout).not.toContain('a-token-of-ones-own-choice');
    const headers = { 'x-api-key': 'a-token-of-ones-own-choice' };
    const url = `${gateway.url}/v1/chat/completions`;
    expect((await fetch(url, { method: 'POST', headers, body: QUESTION })).status).toBe(200);
    gateway.child.kill('SIGTERM');
    expect(await gateway.ended).toBe(0);
  });

  it.each([
    { what: 'listening beyond loopback without TLS', args: ['--listen', '0.0.0.0'] },
    { what: 'a certificate without its key', args: ['--tls-cert', 'cert.pem'] },
    { what: 'a port that is none', args: ['--port', '70000'] },
    { what: 'a token file that is not there', args: ['--token-file', '/nowhere'] },
    { what: 'no seconds to end in', args: ['--grace', '-1'] },
    { what: 'no calls at all', args: ['--max-concurrent', '0'] },
    { what: 'an address with a port', args: ['--listen', '127.0.0.1:8080'] },
    { what: 'an address that is none', args: ['--listen', '127.0.0.999'] },
  ])('refuses $what with 2', async ({ args }) => {
    const { code, stdout, stderr } = await home.run([
      'gateway',
      '--ephemeral',
      '--base-url',
      router.url,
      ...args,
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^nomyo: [^\\n]*${args[0] ?? ''}[^\\n]*\\n$`, 'u'));
  });
});

describe('nomyo gateway, killed', () => {
  it('with calls under way leaves whole keys, clients that notice, and its port free', async () => {
    await home.run(['keys', 'generate', '--no-password', '--key-size', '2048', '--key-dir', 'kept']);
    const first = await startGateway('--key-dir', 'kept');
    expect((await first.ask()).status).toBe(200);
    const before = router.requests.length;
    router.setFail('never');
    const calls = Array.from({ length: 8 }, () =>
      first.ask().then(
        () => 'answered',
        () => 'cut',
      ),
    );
    await until(() => router.requests.length > before);
    first.child.kill('SIGKILL');
    expect(await Promise.all(calls)).toEqual(calls.map(() => 'cut'));
    router.setFail(undefined);
    await until(() => router.openConnections === 0);
    expect((await home.run(['keys', 'show', '--key-dir', 'kept'])).code).toBe(0);
    expect(readdirSync(home.file('kept')).filter((name) => /tmp|~/u.test(name))).toEqual([]);
    const second = await startGateway('--key-dir', 'kept', '--port', new URL(first.url).port);
    expect((await second.ask()).status).toBe(200);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  });
});
