import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { startRouter, type Router } from '@nomyo/router/testing';
import { until } from '@nomyo/testkit';
import { Home, collect, type Result } from '../cli.js';
import { ids, readLines, request, requests, writeLines } from './files.js';

const home = new Home();
let router: Router;
let folders = 0;
/** The second run of one batch, which waits for the first one while the other tests run. */
let rival: Promise<Result>;

beforeAll(async () => {
  router = await startRouter({ keySize: 2048, apiKeys: ['good-key'], keepRequests: 1000 });
  await home.run(['keys', 'generate', '--no-password', '--key-dir', home.file('keys')]);
  rival = (await startRivals()).second;
});
afterEach(() => router.setFail(undefined));
afterAll(async () => {
  home.remove();
  await router.close();
});

const env = { NOMYO_API_KEY: 'good-key' };
/** One pair for all of them: making it takes seconds. */
const batch = (...args: string[]) => [
  'batch',
  '--base-url',
  router.url,
  '--key-dir',
  home.file('keys'),
  ...args,
];
const posts = () => router.requests.filter(({ method }) => method === 'POST').length;

/** A folder of its own for each test. */
function place() {
  folders += 1;
  const folder = home.file(`batch-${folders}`);
  mkdirSync(folder);
  const at = (name: string) => `${folder}/${name}`;
  return { at, in: at('in.jsonl'), out: at('out.jsonl'), err: at('err.jsonl') };
}

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('nomyo batch', () => {
  it('answers every line, in order, in private files; a second run does nothing', async () => {
    const files = place();
    writeLines(files.in, [
      ...requests(10),
      { custom_id: 'r10', method: 'POST', url: '/v1/responses', body: { model: 'm', input: 'question 10;' } },
    ]);
    const args = batch(files.in, '-o', files.out, '--errors', files.err);
    const before = posts();
    expect(await home.run(args, { env })).toMatchObject({ code: 0, stdout: '' });
    const lines = readLines(files.out);
    expect(ids(lines)).toEqual(Array.from({ length: 11 }, (_, index) => `r${index}`));
    lines.forEach((line, index) => {
      expect(line).toMatchObject({ response: { status_code: 200, body: expect.any(Object) }, error: null });
      expect(JSON.stringify(line.response?.body)).toContain(`question ${index};`);
    });
    expect(lines[0]?.response?.body).toMatchObject({ object: 'chat.completion' });
    expect(lines[10]?.response?.body).toMatchObject({ object: 'response' });
    expect([files.out, files.err, files.at('out.jsonl.journal')].map(modeOf)).toEqual([0o600, 0o600, 0o600]);
    expect(existsSync(files.at('out.jsonl.partial'))).toBe(false);
    expect(readFileSync(files.at('out.jsonl.journal'), 'utf8')).not.toContain('question');
    const text = readFileSync(files.out, 'utf8');
    expect((await home.run(args, { env })).code).toBe(0);
    expect(readFileSync(files.out, 'utf8')).toBe(text);
    expect(posts()).toBe(before + 11);
  });

  it('a wrong line ends with 2 and its number, and nothing is sent or written', async () => {
    const files = place();
    writeLines(files.in, [request('a', 'x'), '', request('b', 'x'), request('a', 'y')]);
    const before = router.requests.length;
    const { code, stderr } = await home.run(batch(files.in, '-o', files.out), { env });
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(/line 4: .*line 1/u) });
    expect(router.requests.length).toBe(before);
    expect(existsSync(files.at('out.jsonl.journal'))).toBe(false);
  });

  it('never overwrites, and never mixes two batches', async () => {
    const files = place();
    writeLines(files.in, requests(1));
    writeFileSync(files.out, 'mine');
    expect(await home.run(batch(files.in, '-o', files.out), { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('never overwritten'),
    });
    expect(readFileSync(files.out, 'utf8')).toBe('mine');
    expect(existsSync(`${files.out}.lock`)).toBe(false);
    const other = files.at('other.jsonl');
    expect((await home.run(batch(files.in, '-o', other), { env })).code).toBe(0);
    writeLines(files.in, requests(2));
    expect(await home.run(batch(files.in, '-o', other), { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`an earlier state of ${files.in}`),
    });
    expect((await home.run(batch(files.in, '-o', files.in), { env })).code).toBe(2);
  });

  it('overwrites neither its own input nor another program’s file', async () => {
    const files = place();
    const inside = files.at('out.jsonl.partial');
    writeLines(inside, requests(2));
    const [text, before] = [readFileSync(inside, 'utf8'), posts()];
    expect(await home.run(batch(inside, '-o', files.out), { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('IN is the .partial of -o'),
    });
    expect(readFileSync(inside, 'utf8')).toBe(text);
    writeLines(files.in, requests(2));
    for (const errors of ['out.jsonl.partial', 'out.jsonl.journal', 'out.jsonl.lock', 'out.jsonl']) {
      const args = batch(files.in, '-o', files.out, '--errors', files.at(errors));
      expect((await home.run(args, { env })).code).toBe(2);
    }
    writeFileSync(files.at('out.jsonl.journal'), 'notes of mine\n');
    expect(await home.run(batch(files.in, '-o', files.out), { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no journal of a batch'),
    });
    expect(readFileSync(files.at('out.jsonl.journal'), 'utf8')).toBe('notes of mine\n');
    const nowhere = files.at('nowhere/out.jsonl');
    expect(await home.run(batch(files.in, '-o', nowhere), { env })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/-o: the directory .*nowhere/u),
    });
    expect(existsSync(files.at('nowhere'))).toBe(false);
    expect(await home.run(batch(files.in, '-o', `${files.in}/out.jsonl`), { env })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/-o: the directory .*in\.jsonl cannot be used \(ENOTDIR\)/u),
    });
    expect(posts()).toBe(before);
  });

  it('a full disk is reported, and the run continues when there is room', async () => {
    const files = place();
    writeLines(files.in, requests(60));
    const small = files.at('small');
    mkdirSync(small);
    // Root alone can mount.
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=32k', 'tmpfs', small]).status === 0;
    if (!mounted) return;
    try {
      const args = batch(files.in, '-o', `${small}/out.jsonl`);
      const full = await home.run(args, { env });
      expect(full).toMatchObject({ code: 1, stderr: expect.stringMatching(/ENOSPC.*same command again/u) });
      const answered = posts();
      spawnSync('mount', ['-o', 'remount,size=10m', small]);
      expect((await home.run(args, { env })).code).toBe(0);
      expect(ids(readLines(`${small}/out.jsonl`))).toEqual(ids(requests(60) as never));
      expect(posts() - answered).toBeLessThan(60);
    } finally {
      spawnSync('umount', [small]);
    }
  });

  it('counts with --dry-run, sends nothing and writes nothing', async () => {
    const files = place();
    writeLines(files.in, requests(3, { max_tokens: 7 }));
    const before = router.requests.length;
    const { code, stdout } = await home.run(batch(files.in, '--dry-run', '--json', '--rate', '2'), { env });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      requests: 3,
      maxOutputTokens: 21,
      unbounded: 0,
      atLeastSeconds: 1.5,
    });
    expect(router.requests.length).toBe(before);
  });

  it('puts failed lines into --errors, ends with 1, and --retry answers them in place', async () => {
    const files = place();
    writeLines(files.in, requests(8));
    router.setFail((seen) => (seen.method === 'POST' && posts() % 2 === 0 ? '400' : undefined));
    const run = batch(files.in, '-o', files.out, '--errors', files.err, '--concurrency', '1');
    const first = await home.run(run, { env });
    expect(first).toMatchObject({ code: 1, stderr: expect.stringContaining('--retry') });
    const failed = readLines(files.err);
    expect(failed).toHaveLength(4);
    expect(failed[0]).toMatchObject({
      response: { status_code: 400 },
      error: { code: expect.any(String), message: expect.any(String) },
    });
    expect(new Set([...ids(failed), ...ids(readLines(files.out))]).size).toBe(8);
    expect((await home.run(run, { env })).code).toBe(1);
    router.setFail(undefined);
    const before = posts();
    const counted = await home.run(batch('--retry', files.err, '--dry-run', '--json'), { env });
    expect(JSON.parse(counted.stdout)).toMatchObject({ requests: 4, models: { m: 4 } });
    await refusesEdited(files, files.err);
    await refusesEdited(files, files.out);
    expect(posts()).toBe(before);
    expect(await home.run(batch('--retry', files.err), { env })).toMatchObject({ code: 0 });
    expect(posts()).toBe(before + 4);
    expect(ids(readLines(files.out))).toEqual(ids(requests(8) as never));
    expect(readFileSync(files.err, 'utf8')).toBe('');
    expect((await home.run(batch('--retry', files.err), { env })).code).toBe(0);
    expect(posts()).toBe(before + 4);
  });

  it('without --errors failures stand among the answers; --retry with an output takes those lines alone', async () => {
    const files = place();
    writeLines(files.in, requests(4));
    router.setFail(['400', 'ok', '400', 'ok']);
    const first = await home.run(batch(files.in, '-o', files.out, '--concurrency', '1'), { env });
    expect(first.code).toBe(1);
    const lines = readLines(files.out);
    expect(lines.map(({ error }) => error === null)).toEqual([false, true, false, true]);
    writeLines(
      files.err,
      lines.filter(({ error }) => error !== null),
    );
    const again = files.at('again.jsonl');
    router.setFail(['ok', '400']);
    const retry = batch(files.in, '--retry', files.err, '-o', again, '--concurrency', '1');
    expect((await home.run(retry, { env })).code).toBe(1);
    expect(ids(readLines(again))).toEqual(['r0', 'r2']);
    expect((await home.run(batch('--retry', again), { env })).code).toBe(0);
    expect(readLines(again).map(({ error }) => error)).toEqual([null, null]);
    expect((await home.run(batch('--retry', files.out), { env })).code).toBe(0);
    expect(readLines(files.out).map(({ error }) => error)).toEqual([null, null, null, null]);
  });

  it('a wrong API key stops it before a line fails, and the right one goes on', async () => {
    const files = place();
    writeLines(files.in, requests(3));
    const args = batch(files.in, '-o', files.out);
    const wrong = await home.run(args, { env: { NOMYO_API_KEY: 'hidden-key-e94a70d25b' } });
    expect(wrong.code).toBe(5);
    expect(existsSync(files.out)).toBe(false);
    expect(readFileSync(files.at('out.jsonl.journal'), 'utf8')).not.toMatch(/MARKED|hidden-/u);
    expect(await home.run(args, { env })).toMatchObject({ code: 0 });
  });

  it('an unreachable router ends it with 4, a key that is not pinned with 3', async () => {
    const files = place();
    writeLines(files.in, requests(1));
    const args = batch(files.in, '-o', files.out);
    expect((await home.run([...args, '--base-url', 'http://127.0.0.1:9'], { env })).code).toBe(4);
    const pin = `sha256/${'A'.repeat(43)}=`;
    expect((await home.run([...args, '--pin', pin], { env })).code).toBe(3);
    expect((await home.run(args, { env })).code).toBe(0);
  });

  it('a forged answer fails its line, which is sent once', async () => {
    const files = place();
    writeLines(files.in, requests(2));
    router.setFail(['flip-tag']);
    const before = posts();
    const { code } = await home.run(batch(files.in, '-o', files.out, '--concurrency', '1'), { env });
    expect(code).toBe(1);
    expect(readLines(files.out)).toMatchObject([
      { response: null, error: { code: 'DECRYPTION_FAILED' } },
      { error: null },
    ]);
    expect(posts()).toBe(before + 2);
  });

  it('stops before --max-cost is exceeded, and continues when it is raised', async () => {
    const files = place();
    writeLines(files.in, requests(20));
    const args = batch(files.in, '-o', files.out);
    const { code, stderr } = await home.run([...args, '--max-cost', '1000'], { env });
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('--max-cost') });
    expect(existsSync(files.out)).toBe(false);
    const spent = Number(/(\d+) tokens/u.exec(stderr)?.[1]);
    expect(spent).toBeGreaterThan(500);
    expect(spent).toBeLessThanOrEqual(1000);
    expect((await home.run([...args, '--max-cost', '100000'], { env })).code).toBe(0);
    expect(readLines(files.out)).toHaveLength(20);
  });

  it('--seal-to leaves nothing in the clear, and nomyo open reads it', async () => {
    const files = place();
    const marked = 'MARKED-prompt-8c1f4be07d';
    writeLines(files.in, [request('MARKED-id-1', marked), request('MARKED-id-2', marked)]);
    const key = home.file('archive');
    await home.run(['keys', 'generate', '--key-size', '2048', '--no-password', '--key-dir', key]);
    router.setFail(['ok', '400']);
    const seal = ['--seal-to', `${key}/public_key.pem`];
    const args = batch(files.in, '-o', files.out, '--errors', files.err, ...seal, '--concurrency', '1');
    expect((await home.run(args, { env })).code).toBe(1);
    for (const name of [files.out, files.err, `${files.out}.journal`]) {
      expect(readFileSync(name, 'utf8')).not.toContain('MARKED');
    }
    const opened = await home.run(['open', '--key-dir', key, files.out]);
    expect(JSON.parse(opened.stdout)).toMatchObject({ custom_id: 'MARKED-id-1', error: null });
    expect(opened.stdout).toContain(marked);
    expect((await home.run(batch('--retry', files.err, ...seal), { env })).code).toBe(0);
    const both = await home.run(['open', '--key-dir', key, files.out]);
    expect(both.stdout.trim().split('\n')).toHaveLength(2);
    const [first = '', second = ''] = readFileSync(files.out, 'utf8').split('\n');
    const flipped = second.replace(/.(?=.{99}$)/u, (digit) => (digit === 'A' ? 'B' : 'A'));
    writeFileSync(files.at('damaged'), ['{}', flipped, first.slice(0, 300), second, ''].join('\n'));
    const damaged = await home.run(['open', '--key-dir', key, files.at('damaged')]);
    expect(damaged.code).toBe(3);
    expect(JSON.parse(damaged.stdout)).toMatchObject({ custom_id: 'MARKED-id-2' });
    expect(damaged.stderr).toMatch(/line 1: .*\n.*line 2: .*\n.*line 3: .*\n.*3 lines did not open/u);
  });

  it('SIGINT lets lines in flight finish, and the same command resumes', async () => {
    const files = place();
    writeLines(files.in, requests(40));
    const args = batch(files.in, '-o', files.out, '--rate', '20');
    const child = home.start(args, { env });
    const output = collect(child);
    const before = posts();
    const ended = new Promise<number | null>((done) => child.once('close', done));
    await until(() => readLines(`${files.out}.partial`).length >= 3);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(output().stderr).toContain('goes on');
    const sent = posts() - before;
    expect(sent).toBeLessThan(40);
    expect(readLines(`${files.out}.partial`)).toHaveLength(sent);
    expect((await home.run(args.slice(0, -2), { env })).code).toBe(0);
    expect(posts() - before).toBe(40);
    expect(ids(readLines(files.out))).toEqual(ids(requests(40) as never));
  });

  it('a second SIGINT ends it at once', async () => {
    const files = place();
    writeLines(files.in, requests(3));
    router.setFail('never');
    const child = home.start(batch(files.in, '-o', files.out), { env });
    const output = collect(child);
    const ended = new Promise<number | null>((done) => child.once('close', done));
    const journal = files.at('out.jsonl.journal');
    await until(() => existsSync(journal) && readFileSync(journal, 'utf8').includes('"sent"'));
    child.kill('SIGINT');
    await until(() => output().stderr.includes('second signal'));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    router.setFail(undefined);
    expect((await home.run(batch(files.in, '-o', files.out), { env })).code).toBe(0);
  });

  it('after kill -9, --at-most-once resends nothing and lists the lines concerned', async () => {
    const files = place();
    writeLines(files.in, requests(5));
    router.setFail('never');
    const args = batch(files.in, '-o', files.out, '--errors', files.err, '--concurrency', '2');
    const child = home.start(args, { env });
    const ended = new Promise((done) => child.once('close', done));
    const journal = files.at('out.jsonl.journal');
    await until(() => existsSync(journal) && readFileSync(journal, 'utf8').split('"sent"').length === 3);
    child.kill('SIGKILL');
    await ended;
    router.setFail(undefined);
    const before = posts();
    expect((await home.run([...args, '--at-most-once'], { env })).code).toBe(1);
    expect(posts()).toBe(before + 3);
    expect(readLines(files.err)).toMatchObject([
      { custom_id: 'r0', response: null, error: { code: 'POSSIBLY_EXECUTED' } },
      { custom_id: 'r1', response: null, error: { code: 'POSSIBLY_EXECUTED' } },
    ]);
  });

  it('--audit writes a line for every call, and a log that cannot be written stops it', async () => {
    const files = place();
    writeLines(files.in, requests(3));
    const log = files.at('audit.jsonl');
    expect((await home.run(batch(files.in, '-o', files.out, '--audit', log), { env })).code).toBe(0);
    const verified = await home.run(['audit', 'verify', log, '--json']);
    expect(JSON.parse(verified.stdout)).toMatchObject({ calls: 3 });
    expect(readFileSync(log, 'utf8')).not.toContain('question');
    const other = files.at('other.jsonl');
    const bad = batch(files.in, '-o', other, '--audit', '/proc/audit.jsonl', '--audit-required');
    const before = posts();
    expect((await home.run(bad, { env })).code).not.toBe(0);
    expect(posts()).toBe(before);
  });

  it('two runs of one batch exclude each other', async () => {
    expect(await rival).toMatchObject({ code: 2, stderr: expect.stringContaining('another run') });
  });
});

/** Lines in another order, and with one missing. */
async function refusesEdited(files: ReturnType<typeof place>, edited: string) {
  const text = readFileSync(edited, 'utf8');
  const [first = '', second = '', ...rest] = text.trimEnd().split('\n');
  for (const lines of [
    [second, first, ...rest],
    [second, ...rest],
  ]) {
    writeFileSync(edited, `${lines.join('\n')}\n`);
    expect(await home.run(batch('--retry', files.err), { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${edited} is not as the batch has written it`),
    });
  }
  expect(existsSync(`${files.out}.journal.new`)).toBe(false);
  writeFileSync(edited, text);
}

async function startRivals() {
  const files = place();
  writeLines(files.in, requests(2));
  // It answers so slowly that the first run outlives the patience of the second.
  const slow = ['--rate', '0.01', '--concurrency', '1'];
  home.start(batch(files.in, '-o', files.out, ...slow), { env });
  await until(() => readLines(`${files.out}.partial`).length === 1);
  return { second: home.run(batch(files.in, '-o', files.out), { env }) };
}
