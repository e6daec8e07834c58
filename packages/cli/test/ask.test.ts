import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { startRouter, type Router } from '@nomyo/router/testing';
import { until } from '@nomyo/testkit';
import { Home, collect } from './cli.js';

const home = new Home();
let router: Router;

beforeAll(async () => {
  router = await startRouter({ keySize: 2048, apiKeys: ['good-key'] });
});
afterAll(async () => {
  home.remove();
  await router.close();
});

const ask = (...args: string[]) => [
  'ask',
  '--base-url',
  router.url,
  '--model',
  'm',
  '--max-retries',
  '0',
  ...args,
];
const env = { NOMYO_API_KEY: 'good-key' };
/** One pair for all of them: making it takes seconds. */
const keys = ['--key-dir', home.file('keys')];

describe('nomyo ask', () => {
  it('prints the answer on stdout and nothing else there', async () => {
    const { code, stdout, stderr } = await home.run(ask(...keys, 'hello there'), { env });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain('hello there');
    expect(stdout).not.toContain('nomyo:');
  });

  it('reads the question from stdin, and settings from the environment and the configuration file', async () => {
    const config = home.file('.config/nomyo/config.json');
    mkdirSync(home.file('.config/nomyo'), { recursive: true });
    writeFileSync(config, JSON.stringify({ model: 'from-file', tier: 'high' }));
    const { code, stdout } = await home.run(['ask', ...keys, '--json'], {
      input: 'piped question',
      env: { ...env, NOMYO_BASE_URL: router.url },
    });
    writeFileSync(config, '{}');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ model: 'from-file', object: 'chat.completion' });
    expect(router.requests.at(-1)?.headers['x-security-tier']).toBe('high');
  });

  it('attaches text and images, and refuses other files before anything is sent', async () => {
    writeFileSync(home.file('note.txt'), 'the note says ahoy');
    writeFileSync(home.file('blob'), Buffer.from([1, 0, 2]));
    const before = router.requests.length;
    const bad = await home.run(ask(...keys, '--file', home.file('blob'), 'what?'), { env });
    expect(bad.code).toBe(2);
    expect(bad.stderr).toMatch(/^nomyo: --file: .*blob is neither UTF-8 text nor a PNG/u);
    expect(router.requests.length).toBe(before);
    const good = await home.run(ask(...keys, '--file', home.file('note.txt'), 'what?'), { env });
    expect(good.code).toBe(0);
  });

  it.each([
    ['a wrong API key', 5, 'NOMYO_API_KEY', { env: { NOMYO_API_KEY: 'bad' } }, []],
    ['an unknown flag', 2, '--frob', { env }, ['--frob']],
    ['a wrong tier', 2, '--tier must be one of', { env }, ['--tier', 'top']],
    ['a pin that is another', 3, 'pin', { env }, ['--pin', `sha256/${'A'.repeat(43)}=`]],
    ['nobody there', 4, 'doctor', { env }, ['--base-url', 'http://127.0.0.1:9']],
    ['plain HTTP elsewhere', 2, 'https:', { env }, ['--base-url', 'http://example.org']],
    ['a schema that is none', 2, '--schema', { env }, ['--schema', '/nowhere.json']],
  ])('%s ends with %d and one line', async (_name, exit, says, options, args) => {
    const { code, stdout, stderr } = await home.run(ask(...keys, ...args, 'hello'), options);
    expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
    const lines = stderr
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('WARNING'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(says);
    expect(stderr).not.toMatch(/\n {4}at /u);
  });

  it('a forged answer ends with 3, after one request, and --json tells it to programs', async () => {
    router.setFail('flip-tag');
    const before = router.requests.filter(({ method }) => method === 'POST').length;
    const { code, stdout, stderr } = await home.run([...ask(...keys), '--json', 'hello'], { env });
    router.setFail(undefined);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(JSON.parse(stderr.split('\n').find((line) => line.startsWith('{')) ?? '')).toMatchObject({
      error: { code: 'DECRYPTION_FAILED', possiblyExecuted: true },
    });
    expect(router.requests.filter(({ method }) => method === 'POST').length).toBe(before + 1);
  });

  it('never repeats the value of an unknown flag', async () => {
    for (const args of [
      ['--api-key=SECRET'],
      ['--api-key', 'SECRET'],
      ['--apikey=SECRET'],
      ['--password=SECRET'],
    ]) {
      const { code, stderr } = await home.run(ask(...args, 'hello'));
      expect(code).toBe(2);
      expect(stderr).not.toContain('SECRET');
    }
  });

  it('ends with 130 on Ctrl-C', async () => {
    router.setFail('never');
    const child = home.start(ask(...keys, 'hello'), { env });
    const output = collect(child);
    const before = router.requests.length;
    const ended = new Promise<number | null>((done) => child.once('close', done));
    await until(() => router.openConnections > 0 && router.requests.length >= before);
    await new Promise((done) => setTimeout(done, 500));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    router.setFail(undefined);
    expect(output().stdout).toBe('');
  });

  it('--local needs nothing, and leaves nothing behind', async () => {
    const { code, stdout } = await home.run(['ask', '--local', 'anybody?']);
    expect(code).toBe(0);
    expect(stdout).toContain('anybody?');
    expect(readdirSync(home.path)).not.toContain('client_keys');
  });
});
