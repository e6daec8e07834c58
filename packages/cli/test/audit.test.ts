import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { startRouter, type Router } from '@nomyo/router/testing';
import { until } from '@nomyo/testkit';
import { BINARY, collect, ended, Home, type Result } from './cli.js';

const home = new Home();
let router: Router;
/** A call with a log that a gateway keeps: it is waited for while the other tests run. */
let rival: Promise<Result>;

beforeAll(async () => {
  router = await startRouter({ keySize: 2048 });
  await home.run(['keys', 'generate', '--no-password', '--key-size', '2048', '--key-dir', 'keys']);
  const keeper = home.start(['gateway', '--port', '0', '--json', ...words('--audit', 'kept.jsonl')]);
  const output = collect(keeper);
  await until(() => output().stdout.includes('\n'));
  rival = home.run(['ask', ...words('--audit', 'kept.jsonl'), 'hello']);
});
afterAll(async () => {
  home.remove();
  await router.close();
});

const words = (...more: string[]) => ['--base-url', router.url, '--key-dir', 'keys', '--model', 'm', ...more];
const lines = (name: string) => readFileSync(home.file(name), 'utf8').trim().split('\n');
const posts = () => router.requests.filter(({ method }) => method === 'POST').length;

describe('--audit', () => {
  it('of ask writes a line about the call, without content, and a signed checkpoint that verifies', async () => {
    expect((await home.run(['audit', 'init', 'audit'])).code).toBe(0);
    const audit = ['--audit', 'log.jsonl', '--audit-key', 'audit/audit_private_key.pem'];
    expect((await home.run(['ask', ...words(...audit), 'a confidential question'])).code).toBe(0);
    expect(lines('log.jsonl').length).toBeGreaterThanOrEqual(2);
    expect(lines('log.jsonl').join('')).not.toContain('confidential');
    const verify = ['audit', 'verify', 'log.jsonl', '--key', 'audit/audit_public_key.pem'];
    expect(await home.run(verify)).toMatchObject({ code: 0 });
  });

  it('of a gateway writes a line for every call of its clients, and closes the log after SIGTERM', async () => {
    const child = home.start(['gateway', '--port', '0', '--json', ...words('--audit', 'gateway.jsonl')]);
    const output = collect(child);
    const line = await until(() => (output().stdout.includes('\n') ? output().stdout : undefined));
    const { url, token } = JSON.parse(line) as { readonly url: string; readonly token: string };
    const body = JSON.stringify({
      model: 'm',
      messages: [{ role: 'user', content: 'a confidential question' }],
    });
    for (const path of ['/v1/chat/completions', '/api/chat']) {
      const response = await fetch(url + path, { method: 'POST', headers: { 'x-api-key': token }, body });
      await response.text();
      expect(response.status).toBe(200);
    }
    child.kill('SIGTERM');
    expect(await ended(child)).toBe(0);
    expect(lines('gateway.jsonl').length).toBeGreaterThanOrEqual(2);
    expect(lines('gateway.jsonl').join('')).not.toMatch(new RegExp(`confidential|${token}`, 'u'));
    expect((await home.run(['audit', 'verify', 'gateway.jsonl'])).code).toBe(0);
  });

  it('sends nothing when the log cannot be written', async () => {
    mkdirSync(home.file('directory.jsonl'));
    const before = posts();
    const args = ['ask', ...words('--audit', 'directory.jsonl', '--audit-required'), 'hello'];
    const { code, stderr, stdout } = await home.run(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^nomyo: [^\n]+\n$/u);
    expect(posts()).toBe(before);
  });

  it('sends nothing when a limit on the size of files leaves no room for the line', async () => {
    const before = posts();
    const args = ['ask', ...words('--audit', 'limited.jsonl', '--audit-required'), 'hello'];
    // In blocks of 512 or 1,024 bytes: less than a log needs, and enough for its key.
    const child = spawn('sh', ['-c', 'ulimit -f 4; exec "$0" "$@"', process.execPath, BINARY, ...args], {
      env: home.env(),
      cwd: home.path,
    });
    const output = collect(child);
    expect(await ended(child)).toBe(1);
    expect(output().stderr).toContain('EFBIG');
    expect(posts()).toBe(before);
  });

  it('verify names the wrong flag, and export lists what it leaves out', async () => {
    expect((await home.run(['audit', 'init', 'pair'])).code).toBe(0);
    const log = ['--audit', 'odd.jsonl', '--audit-key', 'pair/audit_private_key.pem'];
    expect((await home.run(['ask', ...words(...log), 'hello'])).code).toBe(0);
    const verify = (...more: string[]) => home.run(['audit', 'verify', 'odd.jsonl', ...more]);
    for (const [flag, file, code, says] of [
      ['--key', 'nowhere.pem', 2, /--key: .*nowhere\.pem cannot be read \(ENOENT\)/u],
      ['--key', 'keys/public_key.pem', 2, /--key must be the path of an Ed25519 key/u],
      ['--checkpoints', 'keys/public_key.pem', 2, /--checkpoints must be lines of an audit log/u],
    ] as const) {
      expect(await verify(flag, file)).toMatchObject({ code, stderr: expect.stringMatching(says) });
    }
    expect((await home.run(['audit', 'init', 'other'])).code).toBe(0);
    expect(await verify('--key', 'other/audit_public_key.pem')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/line 2: its signature was not made with this key/u),
    });
    expect(await home.run(['audit', 'verify', 'pair'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('EISDIR'),
    });
    writeFileSync(home.file('mixed.jsonl'), `a note\n${lines('odd.jsonl').join('\n')}\nno end`);
    const table = await home.run(['audit', 'export', '--csv', 'mixed.jsonl']);
    expect(table).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('2 lines do not belong to an audit log'),
    });
    expect(table.stdout.split('\r\n')).toHaveLength(lines('odd.jsonl').length + 2);
  });

  it('is refused when another process writes the log, and nothing is sent', async () => {
    expect(await rival).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('is being written by another process'),
    });
    expect(lines('kept.jsonl')).toEqual(['']);
  });

  it('--audit-required without a log is a mistake', async () => {
    const { code, stderr } = await home.run(['ask', ...words('--audit-required'), 'hello']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--audit')]);
  });
});
