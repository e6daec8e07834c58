import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { startRouter, type Router } from '@nomyo/router/testing';
import { collect, Home, until } from './cli.js';

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
  const child = home.start(['gateway', '--port', '0', '--ephemeral', '--base-url', router.url, ...args]);
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

  it('takes the token from a file, and does not print it', async () => {
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
  ])('refuses $what with 2', async ({ args }) => {
    const { code, stdout } = await home.run(['gateway', '--ephemeral', '--base-url', router.url, ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
