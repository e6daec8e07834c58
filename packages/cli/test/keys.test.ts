import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Home } from './cli.js';
import { describeTerminal, Terminal } from './terminal.js';

const home = new Home();
afterAll(() => home.remove());

const SMALL = ['--key-size', '2048'];
const password = { env: { NOMYO_KEY_PASSWORD: 'correct horse' } };
const keyDir = (name: string) => ['--key-dir', home.file(name)];
const read = (name: string) => readFileSync(home.file(name), 'utf8');

describe('nomyo keys', () => {
  it('generate refuses without a terminal, a password, and --no-password', async () => {
    const { code, stderr, stdout } = await home.run(['keys', 'generate', ...SMALL, ...keyDir('none')], {
      input: 'typed into a pipe\ntyped into a pipe\n',
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/NOMYO_KEY_PASSWORD.*--no-password/u);
    expect(existsSync(home.file('none'))).toBe(false);
  });

  it('generate encrypts with the password from the environment, and never overwrites', async () => {
    const words = ['keys', 'generate', ...SMALL, ...keyDir('pair')];
    const first = await home.run(words, password);
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(
      /^2048 sha256\/[\w+/]{43}= .*private_key\.pem \(RSA\)\n {2}protected by a password; made /u,
    );
    expect(read('pair/private_key.pem')).toContain('ENCRYPTED PRIVATE KEY');
    const before = read('pair/private_key.pem');
    const second = await home.run(words, password);
    expect([second.code, second.stderr]).toEqual([6, expect.stringContaining('never overwritten')]);
    expect(read('pair/private_key.pem')).toBe(before);
  });

  it('generate leaves a lone public key alone, and gives no advice that cannot help', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    mkdirSync(home.file('lone'));
    writeFileSync(home.file('lone/public_key.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
    const words = ['keys', 'generate', ...SMALL, ...keyDir('lone')];
    const { code, stderr } = await home.run(words, password);
    expect([code, stderr]).toEqual([6, expect.stringMatching(/its private_key\.pem is missing/u)]);
    expect(stderr).not.toContain('keys rotate');
  });

  it('show opens the private key when given a password, and otherwise shows the public key', async () => {
    const words = ['keys', 'show', ...keyDir('pair')];
    const right = await home.run(words, password);
    const without = await home.run(words);
    const wrong = await home.run(words, { env: { NOMYO_KEY_PASSWORD: 'wrong horse!' } });
    expect([right.code, without.code, wrong.code]).toEqual([0, 0, 6]);
    expect(without.stdout.split(' ')[1]).toBe(right.stdout.split(' ')[1]);
    expect(wrong.stdout).toBe('');
    expect(wrong.stderr).toMatch(/^nomyo: .*pair\/private_key\.pem.*\n$/u);
    expect(wrong.stderr).not.toContain('wrong horse');
    const json: unknown = JSON.parse((await home.run([...words, '--json'])).stdout);
    expect(json).toMatchObject({ keySize: 2048, isProtected: true, createdAt: expect.any(Number) });
  });

  it('show names the fingerprint that openssl computes', async () => {
    const der = execFileSync('openssl', [
      'pkey',
      '-pubin',
      '-in',
      home.file('pair/public_key.pem'),
      '-outform',
      'der',
    ]);
    const digest = execFileSync('openssl', ['dgst', '-sha256', '-binary'], { input: der });
    const { stdout } = await home.run(['keys', 'show', ...keyDir('pair')]);
    expect(stdout).toContain(`sha256/${digest.toString('base64')}`);
    const exported = await home.run(['keys', 'export-public', ...keyDir('pair')]);
    expect(exported.stdout.trim()).toBe(read('pair/public_key.pem').trim());
  });

  it('passwd changes the password and keeps the pair', async () => {
    writeFileSync(home.file('new'), 'battery staple\n', { mode: 0o600 });
    const before = await home.run(['keys', 'show', ...keyDir('pair')]);
    const words = ['keys', 'passwd', '--new-password-file', home.file('new'), ...keyDir('pair')];
    expect((await home.run(words, { env: { NOMYO_KEY_PASSWORD: 'wrong horse!' } })).code).toBe(6);
    expect((await home.run(words, password)).code).toBe(0);
    const show = ['keys', 'show', ...keyDir('pair')];
    expect((await home.run(show, password)).code).toBe(6);
    const after = await home.run(show, { env: { NOMYO_KEY_PASSWORD: 'battery staple' } });
    expect([after.code, after.stdout.split(' ')[1]]).toEqual([0, before.stdout.split(' ')[1]]);
  });

  it('rotate makes a new pair under the same password', async () => {
    const env = { NOMYO_KEY_PASSWORD: 'battery staple' };
    const before = await home.run(['keys', 'show', ...keyDir('pair')]);
    expect((await home.run(['keys', 'rotate', ...keyDir('pair')], password)).code).toBe(6);
    expect((await home.run(['keys', 'rotate', ...keyDir('pair')], { env })).code).toBe(0);
    const after = await home.run(['keys', 'show', ...keyDir('pair')], { env });
    expect(after.code).toBe(0);
    expect(after.stdout.split(' ')[1]).not.toBe(before.stdout.split(' ')[1]);
  });

  it('a directory without a pair ends with 6, and says how to make one', async () => {
    const { code, stderr } = await home.run(['keys', 'show', ...keyDir('empty')]);
    expect([code, stderr]).toEqual([6, expect.stringContaining('nomyo keys generate')]);
  });
});

describe('nomyo keys import', () => {
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, SOURCE_PASSWORD: 'old password' },
    });

  it.each([
    ['PKCS#8 of openssl', ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'], undefined],
    ['PKCS#1 of openssl', ['genrsa', '-traditional', '2048'], undefined],
    [
      'encrypted PKCS#8 of openssl',
      [
        'genpkey',
        '-algorithm',
        'RSA',
        '-pkeyopt',
        'rsa_keygen_bits:2048',
        '-aes-256-cbc',
        '-pass',
        'env:SOURCE_PASSWORD',
      ],
      'old password',
    ],
  ] as const)('imports %s, and leaves the file unchanged', async (name, args, sourcePassword) => {
    const source = home.file(`${name}.pem`);
    writeFileSync(source, openssl(...args), { mode: 0o600 });
    writeFileSync(home.file('source-password'), 'old password\n', { mode: 0o600 });
    const before = readFileSync(source, 'utf8');
    const words = ['keys', 'import', source, ...keyDir(`from ${name}`)];
    const more = sourcePassword === undefined ? [] : ['--source-password-file', home.file('source-password')];
    const { code, stderr, stdout } = await home.run([...words, ...more], password);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('protected by a password');
    expect(readFileSync(source, 'utf8')).toBe(before);
    const der = openssl(
      'pkey',
      '-in',
      source,
      '-passin',
      'env:SOURCE_PASSWORD',
      '-pubout',
      '-outform',
      'der',
    );
    const digest = execFileSync('openssl', ['dgst', '-sha256', '-binary'], { input: der });
    expect(stdout).toContain(`sha256/${digest.toString('base64')}`);
    expect((await home.run([...words, ...more], password)).code).toBe(6);
  });
});

describeTerminal('nomyo keys in a terminal', () => {
  let terminal: Terminal;
  afterEach(() => terminal.close());

  /** Types each answer once its question is on the screen. */
  async function answer(
    ...questions: readonly (readonly [question: string, typed: string])[]
  ): Promise<void> {
    for (const [question, typed] of questions) {
      await terminal.shows(question);
      terminal.enter(typed);
    }
  }

  it('generate asks twice, and shows nothing of what is typed', async () => {
    terminal = new Terminal(home, ['keys', 'generate', ...SMALL, '--key-dir', 'typed']);
    await terminal.shows(/pass(word|phrase)/iu);
    terminal.enter('typed by hand');
    const second = await terminal.shows(/again/u);
    terminal.enter('typed by hand');
    expect(await terminal.ended()).toBe(0);
    for (const screen of [second, terminal.screen()]) expect(screen).not.toMatch(/typed by hand|[*•▪]{3}/u);
    const show = ['keys', 'show', ...keyDir('typed')];
    expect((await home.run(show, { env: { NOMYO_KEY_PASSWORD: 'typed by hand' } })).code).toBe(0);
  });

  it.each([
    ['two different passwords', ['one password', 'another password'], 1],
    ['a short password', ['short'], 1],
  ])('%s write nothing', async (name, typed, code) => {
    terminal = new Terminal(home, ['keys', 'generate', ...SMALL, '--key-dir', name]);
    await terminal.shows(/pass(word|phrase)/iu);
    for (const [index, text] of typed.entries()) {
      if (index > 0) await terminal.shows('again');
      terminal.enter(text);
    }
    expect(await terminal.ended()).toBe(code);
    expect(terminal.screen()).toContain('nothing was written');
    expect(existsSync(home.file(`${name}/private_key.pem`))).toBe(false);
  });

  it('import asks for the password of the key, then for a new one', async () => {
    terminal = new Terminal(home, ['keys', 'import', 'typed/private_key.pem', '--key-dir', 'imported']);
    await answer(
      ['Password of the key to import', 'typed by hand'],
      ['Password for the private key', 'another by hand'],
      ['again', 'another by hand'],
    );
    expect(await terminal.ended()).toBe(0);
    const show = ['keys', 'show', ...keyDir('imported')];
    expect((await home.run(show, { env: { NOMYO_KEY_PASSWORD: 'another by hand' } })).code).toBe(0);
  });

  it('passwd asks for the old password, and twice for the new one', async () => {
    terminal = new Terminal(home, ['keys', 'passwd', '--key-dir', 'imported']);
    await answer(
      ['Password of the private key', 'another by hand'],
      ['New password', 'a third by hand'],
      ['again', 'a third by hand'],
    );
    expect(await terminal.ended()).toBe(0);
    expect(terminal.screen()).not.toMatch(/by hand|[*•▪]{3}/u);
    const show = ['keys', 'show', ...keyDir('imported')];
    expect((await home.run(show, { env: { NOMYO_KEY_PASSWORD: 'a third by hand' } })).code).toBe(0);
    expect((await home.run(show, { env: { NOMYO_KEY_PASSWORD: 'another by hand' } })).code).toBe(6);
  });

  it.each([
    ['a third by hand', 0],
    ['a wrong one by hand', 6],
  ])('rotate asks for the password: %s ends with %d', async (typed, code) => {
    const before = read('imported/private_key.pem');
    terminal = new Terminal(home, ['keys', 'rotate', '--key-dir', 'imported']);
    await answer(['Password of the private key', typed]);
    expect(await terminal.ended()).toBe(code);
    expect(read('imported/private_key.pem') === before).toBe(code !== 0);
    const show = ['keys', 'show', ...keyDir('imported')];
    expect((await home.run(show, { env: { NOMYO_KEY_PASSWORD: 'a third by hand' } })).code).toBe(0);
  });

  it.each([
    ['C-c', 130],
    ['C-d', 1],
  ])('%s at the prompt ends with %d and writes nothing', async (key, code) => {
    terminal = new Terminal(home, ['keys', 'generate', ...SMALL, '--key-dir', 'interrupted']);
    await terminal.shows(/pass(word|phrase)/iu);
    terminal.press(key);
    expect(await terminal.ended()).toBe(code);
    expect(existsSync(home.file('interrupted'))).toBe(false);
  });
});
