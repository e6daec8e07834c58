/** Files and disks that are not as one hopes. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { startRouter, type Router } from '@nomyo/router/testing';
import { until } from '@nomyo/testkit';
import { BINARY, collect, ended, Home } from '../cli.js';
import { ids, readLines, request, requests, writeLines } from './files.js';

const home = new Home();
let router: Router;
let folders = 0;

beforeAll(async () => {
  router = await startRouter({ keySize: 2048, keepRequests: 1000 });
  await home.run(['keys', 'generate', '--no-password', '--key-size', '2048', '--key-dir', home.file('keys')]);
});
afterAll(async () => {
  home.remove();
  await router.close();
});

const batch = (...args: string[]) => [
  'batch',
  ...['--base-url', router.url, '--key-dir', home.file('keys')],
  ...args,
];
const posts = () => router.requests.filter(({ method }) => method === 'POST').length;

function place() {
  folders += 1;
  const folder = home.file(`odd-${folders}`);
  mkdirSync(folder);
  const at = (name: string) => `${folder}/${name}`;
  return { at, in: at('in.jsonl'), out: at('out.jsonl') };
}

describe('an input', () => {
  it('that can be read only once is refused, and leaves nothing behind', async () => {
    const files = place();
    const pipe = files.at('pipe');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    const before = posts();
    for (const input of [pipe, '-', '/dev/null']) {
      expect(await home.run(batch(input, '-o', files.out))).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('must be a file'),
      });
    }
    expect(posts()).toBe(before);
    expect(existsSync(`${files.out}.lock`)).toBe(false);
  });

  it('comes back as written: carriage returns, control characters in an id, an unterminated last line', async () => {
    const files = place();
    const id = 'tab\t, bell\u0007, \u2028 and "quotes"';
    const lines = [request(id, 'question 1;'), request('b', 'question 2;')].map((line) =>
      JSON.stringify(line),
    );
    writeFileSync(files.in, `\uFEFF${lines.join('\r\n\r\n')}`);
    const link = files.at('link.jsonl');
    symlinkSync(files.in, link);
    expect(await home.run(batch(link, '-o', files.out))).toMatchObject({ code: 0 });
    expect(ids(readLines(files.out))).toEqual([id, 'b']);
  });
});

describe('--seal-to', () => {
  it('takes an RSA public key, and names anything else it was given, before anything is sent', async () => {
    const files = place();
    writeLines(files.in, requests(1));
    const keys = { type: 'spki', format: 'pem' } as const;
    writeFileSync(files.at('ec'), generateKeyPairSync('ed25519').publicKey.export(keys));
    writeFileSync(
      files.at('short'),
      generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export(keys),
    );
    const before = router.requests.length;
    for (const [file, says] of [
      [home.file('keys/private_key.pem'), /--seal-to: .*holds a private key; name the public key/u],
      [files.at('nowhere'), /--seal-to: .*nowhere cannot be read \(ENOENT\)/u],
      [home.file('keys'), /--seal-to: .*cannot be read \(EISDIR\)/u],
      [files.in, /--seal-to: .*is not an RSA public key in PEM: there is no well-formed PEM block/u],
      [files.at('ec'), /--seal-to: .*is not an RSA public key in PEM: /u],
      [files.at('short'), /--seal-to: .*has 1024 bits/u],
    ] as const) {
      const { code, stderr } = await home.run(batch(files.in, '-o', files.out, '--seal-to', file));
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(says) });
    }
    expect(router.requests.length).toBe(before);
    expect(existsSync(`${files.out}.journal`)).toBe(false);
  });
});

describe('an output', () => {
  it('is never written through a link', async () => {
    const files = place();
    const [other, text] = [files.at('other'), 'text of mine'];
    writeLines(files.in, requests(2));
    writeFileSync(other, text);
    for (const name of [files.out, `${files.out}.partial`, `${files.out}.journal`]) {
      const folder = place();
      const link = name.replace(files.at(''), folder.at(''));
      symlinkSync(other, link);
      const { code } = await home.run(batch(files.in, '-o', folder.out));
      expect(code).toBeGreaterThan(0);
    }
    expect(readFileSync(other, 'utf8')).toBe(text);
  });

  it('on a read-only disk is refused before anything is sent', async () => {
    const files = place();
    writeLines(files.in, requests(2));
    const disk = files.at('disk');
    mkdirSync(disk);
    // Root alone can mount.
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', disk]).status !== 0) return;
    try {
      const before = posts();
      expect(await home.run(batch(files.in, '-o', `${disk}/out.jsonl`))).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('cannot be written there'),
      });
      expect(posts()).toBe(before);
    } finally {
      spawnSync('umount', [disk]);
    }
  });

  it('that may not grow ends the run, and the same command resumes', async () => {
    const files = place();
    writeLines(files.in, requests(40));
    const args = batch(files.in, '-o', files.out);
    // In kibibytes or half ones, as the shell has it.
    const child = spawn('sh', ['-c', 'ulimit -f 16; exec "$@"', 'sh', process.execPath, BINARY, ...args], {
      env: home.env(),
    });
    const output = collect(child);
    const limited = { code: await ended(child), stderr: output().stderr };
    expect(limited).toMatchObject({ code: 1, stderr: expect.stringMatching(/EFBIG.*same command again/u) });
    const answered = posts();
    expect((await home.run(args)).code).toBe(0);
    expect(ids(readLines(files.out))).toEqual(ids(requests(40) as never));
    expect(posts() - answered).toBeLessThan(40);
  });
});

describe('another command in between', () => {
  it('that asks for something else is refused, naming the difference; another router is reported', async () => {
    const files = place();
    writeLines(files.in, requests(20, { model: undefined }));
    const args = batch(files.in, '-o', files.out, '--errors', files.at('err.jsonl'), '--model', 'first');
    expect((await home.run([...args, '--max-cost', '1000'])).code).toBe(1);
    const before = posts();
    for (const [other, says] of [
      [['--model', 'second'], 'was begun with --model first'],
      [['--tier', 'high'], 'was begun without --tier'],
      [['--errors', files.at('other.jsonl')], 'was begun with --errors err.jsonl'],
    ] as const) {
      const { code, stderr } = await home.run([...args, ...other]);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(says) });
    }
    expect(posts()).toBe(before);
    const elsewhere = router.url.replace('127.0.0.1', 'localhost');
    const { code, stderr } = await home.run([...args, '--base-url', elsewhere]);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/begun at \S+127\.0\.0\.1\S+; .* go to \S+localhost/u),
    });
    expect(readLines(files.out)).toHaveLength(20);
  });

  it('may name another model when every line names its own', async () => {
    const files = place();
    writeLines(files.in, requests(1));
    const args = batch(files.in, '-o', files.out);
    expect((await home.run([...args, '--model', 'first'])).code).toBe(0);
    expect((await home.run([...args, '--model', 'second'])).code).toBe(0);
  });

  it('that removes the directory ends the run, and says so', async () => {
    const files = place();
    const gone = files.at('gone');
    mkdirSync(gone);
    writeLines(files.in, requests(1_000));
    const child = home.start(batch(files.in, '-o', `${gone}/out.jsonl`, '--rate', '20'));
    const output = collect(child);
    const end = ended(child);
    await until(() => readLines(`${gone}/out.jsonl.partial`).length > 2);
    rmSync(gone, { recursive: true });
    expect(await end).toBe(1);
    expect(output().stderr).toContain('out.jsonl.journal was removed while the batch ran');
    expect(existsSync(gone)).toBe(false);
  });

  it('that seals to another key, or to none, is refused', async () => {
    const files = place();
    writeLines(files.in, requests(1));
    const seal = ['--seal-to', `${home.file('keys')}/public_key.pem`];
    expect((await home.run(batch(files.in, '-o', files.out, ...seal))).code).toBe(0);
    const before = posts();
    expect(await home.run(batch(files.in, '-o', files.out))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--seal-to'),
    });
    await home.run([
      'keys',
      'generate',
      '--no-password',
      '--key-size',
      '2048',
      '--key-dir',
      home.file('other'),
    ]);
    const opened = await home.run(['open', '--key-dir', home.file('other'), files.out]);
    expect(opened).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('another key') });
    expect(posts()).toBe(before);
  });
});
