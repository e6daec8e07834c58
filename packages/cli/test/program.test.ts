import { afterAll, describe, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BINARY, Home } from './cli.js';

const PAGES = fileURLToPath(new URL('../scripts/pages.mjs', import.meta.url));
const DOCS = fileURLToPath(new URL('../../../docs/cli', import.meta.url));

const home = new Home();
afterAll(() => home.remove());

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/** Every command, as the table has them. */
describe('nomyo', () => {
  it('prints its version', async () => {
    for (const flag of ['--version', '-V']) {
      expect(await home.run([flag])).toMatchObject({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
    }
  });

  it('runs nothing when it is imported', () => {
    const script = "import('@nomyo/cli').then((exports) => console.log(Object.keys(exports).join()))";
    const run = spawnSync(process.execPath, ['-e', script, 'ask', 'hello'], {
      cwd: new URL('..', import.meta.url),
      encoding: 'utf8',
    });
    expect([run.status, run.stdout, run.stderr]).toEqual([0, 'EXIT,runProgram\n', '']);
  });

  it('has a page for each command, showing what the command prints today', () => {
    const pages = home.file('pages');
    execFileSync(process.execPath, [PAGES, pages], { stdio: 'ignore' });
    const names = readdirSync(pages);
    expect(names.filter((name) => name.endsWith('.svg')).length).toBeGreaterThanOrEqual(18);
    expect(readdirSync(DOCS).toSorted()).toEqual(names.toSorted());
    for (const name of names) {
      const today = readFileSync(join(pages, name), 'utf8');
      // `pnpm run pages` rewrites them.
      expect([name, readFileSync(join(DOCS, name), 'utf8')]).toEqual([name, today]);
      if (name.endsWith('.svg')) expect(today).toMatch(/>Examples:<[\s\S]*> {2}.*\bnomyo /u);
    }
  });

  it.each([
    [[], 'a command is missing'],
    [['frobnicate'], 'frobnicate'],
    [['ask', '--model', 'm', '--frobnicate', 'hello'], '--frobnicate'],
    [['ask', '--model', 'm', '--timeout', 'soon', 'hello'], '--timeout'],
    [['ask', '--model', 'm', '--max-retries', '-1', 'hello'], '--max-retries'],
    [['ask', '--model', 'm', '--policy', 'none', 'hello'], '--policy'],
    [['ask', '--model', 'm', '--pin', 'sha1/abc', 'hello'], '--pin'],
    [['ask', '--model', 'm', '--api-key-fd', '1', 'hello'], '--api-key-fd'],
    [['ask', '--model', 'm', '--api-key-file', '/nowhere', 'hello'], '--api-key-file'],
    [['ask', '--model', 'm', '--tls-ca', '/nowhere', 'hello'], '--tls-ca'],
    [['ask', '--model', 'm', '--key-dir', 'a', '--ephemeral', 'hello'], '--ephemeral'],
    [['ask', '--model', 'm', '--first-use', '--ephemeral', 'hello'], '--first-use'],
    [['ask', 'hello'], '--model'],
    [['keys', 'generate', '--key-size', '1024', '--no-password'], '--key-size'],
    [['keys', 'import'], 'file'],
    [['completion', 'tcsh'], 'bash, zsh, fish'],
    [['pin', '--interval', 'never'], '--interval'],
    [['router', '--fail', 'frobnicate'], '--fail'],
  ])('%j ends with 2, and one line that names the mistake', async (words, named) => {
    const { code, stdout, stderr } = await home.run(words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^nomyo: [^\n]+\n$/u);
    expect(stderr).toContain(named);
  });

  it.each<[string, string[], Record<string, string>, number, string]>([
    [
      'a password',
      ['--key-dir', 'keys'],
      { NOMYO_KEY_PASSWORD: 'short' },
      2,
      'the password of the key pair must',
    ],
    ['an authority', ['--ephemeral', '--tls-ca', 'garbage'], {}, 2, '--tls-ca must hold certificates'],
    [
      'a key',
      ['--ephemeral', '--audit', 'log', '--audit-key', 'garbage'],
      {},
      2,
      '--audit-key must be the path',
    ],
    ['a proxy', ['--ephemeral'], { HTTPS_PROXY: 'socks5://127.0.0.1' }, 2, 'HTTPS_PROXY must be an http:'],
    [
      'a directory',
      ['--key-dir', '/proc/1/keys'],
      {},
      6,
      'Set --key-dir to a directory that this process can',
    ],
  ])(
    'an error of the library, such as for %s, uses the command’s names',
    async (_what, flags, env, code, says) => {
      writeFileSync(home.file('garbage'), 'garbage', { mode: 0o600 });
      const run = await home.run(
        ['ask', '--model', 'm', '--base-url', 'https://127.0.0.1:9', ...flags, 'hello'],
        { env },
      );
      expect(run).toMatchObject({ code, stderr: expect.stringContaining(says) });
      expect(run.stderr).not.toMatch(/keyDir|keyRotationPassword|tls\.ca|signingKeyPath|^nomyo: proxy/u);
    },
  );

  it('takes common flags before and after the command, and from the environment', async () => {
    const nobody = 'http://127.0.0.1:9';
    for (const run of [
      home.run(['--base-url', nobody, 'pin', '--key-dir', 'unused', '--tier', 'high']),
      home.run(['pin'], { env: { NOMYO_BASE_URL: nobody } }),
    ]) {
      expect(await run).toMatchObject({ code: 4, stderr: expect.stringContaining(nobody) });
    }
    expect(await home.run(['pin'], { env: { NOMYO_TIER: 'top' } })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('NOMYO_TIER'),
    });
  });

  it('reads the API key from an open descriptor, and shows it nowhere', () => {
    writeFileSync(home.file('api-key'), 'NOT-A-KEY\n', { mode: 0o600 });
    const words = ['ask', '--local', '--api-key-fd', '3', 'hello'].map((word) => `'${word}'`).join(' ');
    const shell = `'${process.execPath}' '${BINARY}' ${words} 3< '${home.file('api-key')}'`;
    const run = spawnSync('sh', ['-c', shell], { encoding: 'utf8', env: home.env() });
    expect([run.status, run.stderr]).toEqual([2, expect.stringContaining('--local')]);
    expect(run.stderr).not.toContain('NOT-A-KEY');
  });

  it('--quiet prints nothing but the answer, and --json an object', async () => {
    const quiet = await home.run(['ask', '--local', '--quiet', 'hello']);
    expect([quiet.code, quiet.stderr]).toEqual([0, '']);
    const json = await home.run(['ask', '--local', '--json', '--quiet', 'hello']);
    expect(JSON.parse(json.stdout)).toMatchObject({ object: 'chat.completion' });
    const error = await home.run(['ask', '--json', '--tier', 'top', 'hello']);
    expect(JSON.parse(error.stderr)).toEqual({ error: { code: 'USAGE', message: expect.any(String) } });
  });

  it('ends quietly when its output is no longer read', () => {
    const shell = `'${process.execPath}' '${BINARY}' --help | head -1; exit "\${PIPESTATUS[0]}"`;
    const run = spawnSync('bash', ['-c', shell], { encoding: 'utf8', env: home.env() });
    expect([run.status, run.stderr]).toEqual([0, '']);
  });

  it('reports that its output cannot be written', () => {
    const shell = `'${process.execPath}' '${BINARY}' completion bash > /dev/full`;
    const run = spawnSync('sh', ['-c', shell], { encoding: 'utf8', env: home.env() });
    expect([run.status, run.stderr]).toEqual([1, 'nomyo: standard output cannot be written (ENOSPC)\n']);
  });
});

describe('nomyo completion bash', () => {
  /** The completions that bash offers at the end of a line. */
  function proposed(...line: string[]): string[] {
    const words = line.map((word) => `'${word}'`).join(' ');
    const script = `source '${home.file('nomyo.bash')}'; COMP_WORDS=(${words}); COMP_CWORD=${String(line.length - 1)}; _nomyo; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8', cwd: home.path })
      .trim()
      .split('\n');
  }

  it('completes commands, their flags, tiers and files, once a shell has read it', async () => {
    const { code, stdout } = await home.run(['completion', 'bash']);
    expect(code).toBe(0);
    writeFileSync(home.file('nomyo.bash'), stdout);
    expect(proposed('nomyo', 'ga')).toEqual(['gateway']);
    expect(proposed('nomyo', '')).toEqual(expect.arrayContaining(['ask', 'chat', 'keys', 'doctor', 'pin']));
    expect(proposed('nomyo', 'keys', '')).toEqual(expect.arrayContaining(['generate', 'show', 'rotate']));
    expect(proposed('nomyo', 'gateway', '--max-')).toEqual(
      expect.arrayContaining(['--max-concurrent', '--max-queue']),
    );
    expect(proposed('nomyo', 'ask', '--tier', 'h')).toEqual(['high']);
    expect(proposed('nomyo', 'ask', '--file', 'nomyo.b')).toEqual(['nomyo.bash']);
    expect(proposed('nomyo', 'keys', 'generate', '--key-s')).toEqual(['--key-size']);
  });
});

describe.each(['zsh', 'fish'])('nomyo completion %s', (shell) => {
  const whyNone = spawnSync(shell, ['--version']).status === 0 ? undefined : `there is no ${shell}`;
  const test = whyNone === undefined ? it : it.skip;

  test(`is read by the shell${whyNone === undefined ? '' : ` (skipped: ${whyNone})`}`, async () => {
    const { stdout } = await home.run(['completion', shell]);
    const file = home.file(`_nomyo.${shell}`);
    writeFileSync(file, stdout);
    const check = spawnSync(shell, ['-n', file], { encoding: 'utf8', env: home.env() });
    expect([check.status, check.stderr]).toEqual([0, '']);
    if (shell !== 'fish') return;
    const proposed = execFileSync('fish', ['-N', '-c', `source ${file}; complete -C 'nomyo keys gen'`], {
      encoding: 'utf8',
      env: home.env(),
    });
    expect(proposed).toMatch(/^generate\t/mu);
  });
});
