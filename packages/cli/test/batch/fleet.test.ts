import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { makeCertificate, startRouter, type Router } from '@nomyo/router/testing';
import { RedisServer, until, whyNoRedis } from '@nomyo/testkit';
import { collect, Home } from '../cli.js';
import { ids, readLines, request, requests, writeLines } from './files.js';

const home = new Home();
let router: Router;
let server: RedisServer;
let redis: Redis;
/** Started processes, to be ended. */
const open: (() => unknown)[] = [];
/** How often each question was answered. */
const times = new Map<string, number>();
/** Answers wait for it. */
let slow = 0;

/** Not of the marked ones: a command reads it from its environment, where the watch for those looks. */
const API_KEY = 'hidden-key-e94a70d25b';
const env = { NOMYO_API_KEY: API_KEY };
const describeWithRedis = whyNoRedis === undefined ? describe : describe.skip;

beforeAll(async () => {
  if (whyNoRedis !== undefined) return;
  const folder = home.file('redis');
  mkdirSync(folder);
  server = await RedisServer.start({ folder, args: ['--appendonly', 'yes'] });
  open.push(() => server.kill());
  redis = new Redis(server.port, '127.0.0.1');
  redis.on('error', () => undefined);
  open.push(() => redis.disconnect());
  router = await startRouter({
    keySize: 2048,
    apiKeys: [API_KEY],
    answers: async ({ messages }) => {
      const text = JSON.stringify(messages);
      times.set(text, (times.get(text) ?? 0) + 1);
      if (slow > 0) await new Promise((done) => setTimeout(done, slow));
      return `MARKED-answer-52d90a6f3e ${/question \d+;/u.exec(text)?.[0] ?? ''}`;
    },
  });
  open.push(() => router.close());
  const pair = (name: string) =>
    home.run(['keys', 'generate', '--no-password', '--key-size', '2048', '--key-dir', home.file(name)]);
  await Promise.all([pair('workers'), pair('mine')]);
});
afterAll(async () => {
  home.remove();
  for (const close of open.reverse()) await close();
});

async function worker(...args: string[]): Promise<ChildProcess> {
  const child = home.start(
    [
      'batch-worker',
      '--queue',
      server.url,
      '--base-url',
      router.url,
      '--key-dir',
      home.file('workers'),
      ...args,
    ],
    { env },
  );
  const output = collect(child);
  await until(() => {
    if (child.exitCode !== null) throw new Error(output().stderr);
    return output().stderr.includes('a worker is ready');
  });
  return child;
}

const ended = (child: ChildProcess) =>
  new Promise<number | null>((done) => {
    if (child.exitCode === null && child.signalCode === null) child.once('close', done);
    else done(child.exitCode);
  });

let folders = 0;
function place() {
  folders += 1;
  const folder = home.file(`fleet-${folders}`);
  mkdirSync(folder);
  return { in: `${folder}/in.jsonl`, out: `${folder}/out.jsonl`, err: `${folder}/err.jsonl` };
}

const submit = (files: ReturnType<typeof place>, ...args: string[]) => [
  'batch',
  files.in,
  '-o',
  files.out,
  '--errors',
  files.err,
  '--queue',
  server.url,
  '--key-dir',
  home.file('mine'),
  ...args,
];

/** Stands in the names of a batch's jobs; its journal says it, once its first line is whole. */
function batchId(output: string): string | undefined {
  const journal = `${output}.journal`;
  const text = existsSync(journal) ? readFileSync(journal, 'utf8') : '';
  return /^.*"fleet":\{"id":"([0-9a-f]{24})".*\n/u.exec(text)?.[1];
}

describeWithRedis('a fleet', () => {
  it('answers through Redis, which sees no prompt, no answer, no id and no API key', async () => {
    const files = place();
    const marked = requests(12).map((line, index) => ({
      ...request(`MARKED-id-${index}`, `MARKED-prompt-8c1f4be07d question ${index};`),
      url: line.url,
    }));
    writeLines(files.in, marked);
    const workers = await Promise.all([worker(), worker()]);
    const submitted = await home.run(submit(files));
    expect(submitted).toMatchObject({ code: 0 });
    const lines = readLines(files.out);
    expect(ids(lines)).toEqual(marked.map(({ custom_id: id }) => id));
    lines.forEach((line, index) => expect(JSON.stringify(line)).toContain(`question ${index};`));
    const status = await home.run(['batch', 'status', '--queue', server.url, '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject({
      groups: [{ waiting: 0, running: 0, uncollected: 0, dead: 0, workers: [{}, {}] }],
    });
    for (const child of workers) child.kill('SIGTERM');
    expect(await Promise.all(workers.map(ended))).toEqual([0, 0]);
    const dump: string[] = [server.files()];
    for await (const keys of redis.scanStream()) {
      for (const key of keys as string[]) dump.push(key, await redis.dump(key));
    }
    await redis.save();
    expect(`${dump.join('\n')}${server.files()}`).not.toMatch(/MARKED|hidden-/u);
    expect(dump.join('\n')).toContain('encrypted_payload');
  });

  it('a killed worker loses nothing, and a killed submitter collects later', async () => {
    const files = place();
    const count = 30;
    writeLines(
      files.in,
      Array.from({ length: count }, (_, index) => request(`k${index}`, `killed question ${index};`)),
    );
    slow = 300;
    const logs = ['killed.jsonl', 'spared.jsonl'].map((name) => home.file(name));
    const [first, second] = await Promise.all([
      worker('--concurrency', '3', '--audit', home.file('killed.jsonl')),
      worker('--concurrency', '3', '--audit', home.file('spared.jsonl')),
    ]);
    const submitter = home.start(submit(files));
    await until(() => readLines(`${files.out}.partial`).length >= 4);
    first.kill('SIGKILL');
    submitter.kill('SIGKILL');
    await ended(submitter);
    slow = 0;
    expect(await home.run(submit(files, '--key-dir', home.file('workers')))).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--key-dir: results of this batch are sealed to sha256/u),
    });
    expect(await home.run(submit(files))).toMatchObject({ code: 0 });
    second.kill('SIGTERM');
    expect(await ended(second)).toBe(0);
    const status = await home.run(['batch', 'status', '--queue', server.url, '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject({ groups: [{ waiting: 0, running: 0, uncollected: 0 }] });
    const lines = readLines(files.out);
    expect(ids(lines)).toEqual(Array.from({ length: count }, (_, index) => `k${index}`));
    const killed = [...times].filter(([text]) => text.includes('killed question'));
    expect(killed).toHaveLength(count);
    expect(killed.reduce((sum, [, often]) => sum + often - 1, 0)).toBeLessThanOrEqual(3);
    for (const log of logs) {
      expect(await home.run(['audit', 'verify', log])).toMatchObject({ code: 0 });
      expect(readFileSync(log, 'utf8')).not.toMatch(/killed question|MARKED|hidden-/u);
    }
    const calls = logs.flatMap((log) => readLines(log)).filter((line) => 'outcome' in line);
    expect(calls.length).toBeGreaterThanOrEqual(count);
  });

  it('a run that lacks its last step clears the leftovers of an earlier one in Redis', async () => {
    const files = place();
    writeLines(files.in, requests(2));
    const child = await worker();
    const submitter = home.start(submit(files));
    const own = await until(() => batchId(files.out));
    // Nothing can take its place: every line is answered, and the batch does not end.
    mkdirSync(files.out);
    expect(await ended(submitter)).toBe(1);
    const [meta = ''] = await redis.keys('nomyo:batch-*:meta');
    const completed = meta.replace(/meta$/u, 'completed');
    const left = `${own}-1`;
    await redis.hset(completed.replace(/completed$/u, left), {
      data: '{}',
      returnvalue: '""',
      finishedOn: '1',
    });
    await redis.zadd(completed, '1', left, '2', 'of-others-1');
    rmSync(files.out, { recursive: true });
    expect(await home.run(submit(files))).toMatchObject({ code: 0 });
    expect(await redis.zrange(completed, '0', '-1')).toEqual(['of-others-1']);
    expect(await redis.exists(completed.replace(/completed$/u, left))).toBe(0);
    await redis.zrem(completed, 'of-others-1');
    child.kill('SIGTERM');
    expect(await ended(child)).toBe(0);
  });

  it('--at-most-once: lines that a killed worker may have sent are errors, and not sent again', async () => {
    const files = place();
    writeLines(files.in, [request('a', 'once question 1;'), request('b', 'once question 2;')]);
    slow = 60_000;
    const first = await worker('--concurrency', '1');
    const submitter = home.start(submit(files, '--at-most-once'));
    const sent = () => [...times.keys()].filter((text) => text.includes('once question')).length;
    await until(() => sent() === 1);
    first.kill('SIGKILL');
    slow = 0;
    const second = await worker('--concurrency', '1');
    expect(await ended(submitter)).toBe(1);
    second.kill('SIGTERM');
    await ended(second);
    expect(readLines(files.err)).toMatchObject([{ error: { code: 'POSSIBLY_EXECUTED' } }]);
    expect(readLines(files.out)).toHaveLength(1);
    expect([...times].filter(([text]) => text.includes('once question')).map(([, often]) => often)).toEqual([
      1, 1,
    ]);
  });

  it('a line that a worker cannot open is a dead letter: listed, and retried', async () => {
    const files = place();
    writeLines(files.in, [request('a', 'dead question 1;')]);
    await home.run([
      'keys',
      'generate',
      '--no-password',
      '--key-size',
      '2048',
      '--key-dir',
      home.file('other'),
    ]);
    const submitter = home.start(submit(files, '--worker-key', home.file('workers/public_key.pem')));
    const own = await until(() => batchId(files.out));
    // No worker lives: the job stays in the queue until one is started below.
    const found = await until(async () => (await redis.keys(`nomyo:batch-*:${own}-0`))[0]);
    const data = JSON.parse(String(await redis.hget(found, 'data'))) as object;
    await redis.hset(found, 'data', JSON.stringify({ ...data, sealed: '{}' }));
    const child = await worker();
    expect(await ended(submitter)).toBe(1);
    expect(readLines(files.err)).toMatchObject([{ error: { code: 'JOB_UNREADABLE' } }]);
    const status = () => home.run(['batch', 'status', '--queue', server.url]);
    expect((await status()).stdout).toMatch(/given up 1\b[\s\S]*JOB_UNREADABLE/u);
    await redis.hset(found, 'data', JSON.stringify(data));
    await home.run(['batch', 'status', '--queue', server.url, '--retry-dead']);
    await until(async () => (await redis.hget(found, 'returnvalue')) ?? undefined);
    const retry = ['batch', '--retry', files.err, '--queue', server.url, '--key-dir', home.file('mine')];
    expect(await home.run(retry)).toMatchObject({ code: 0 });
    expect(ids(readLines(files.out))).toEqual(['a']);
    child.kill('SIGTERM');
    expect(await ended(child)).toBe(0);
  });

  it('--rate is one budget for all workers', async () => {
    const files = place();
    writeLines(files.in, requests(16));
    const workers = await Promise.all([worker('--rate', '4'), worker('--rate', '4')]);
    const start = Date.now();
    expect((await home.run(submit(files))).code).toBe(0);
    // 16 calls at 4 a second need three full windows before the last one begins.
    expect(Date.now() - start).toBeGreaterThan(2_500);
    for (const child of workers) child.kill('SIGTERM');
    await Promise.all(workers.map(ended));
  });

  it('works as an ACL user limited to its own keys, with a password that is in no flag', async () => {
    const files = place();
    writeLines(files.in, requests(2));
    const rules = ['resetkeys', '~team*', '&team*', '+@all', '-@dangerous', '-@admin'];
    await redis.call('ACL', 'SETUSER', 'worker', 'on', '>hidden-password-b7e3c8140f', ...rules);
    const url = `redis://worker@127.0.0.1:${server.port}/0`;
    const secret = { ...env, NOMYO_QUEUE: url.replace('@', ':hidden-password-b7e3c8140f@') };
    const args = ['--base-url', router.url, '--key-dir', home.file('workers'), '--queue-prefix', 'team'];
    const child = home.start(['batch-worker', ...args], { env: secret });
    const output = collect(child);
    await until(() => output().stderr.includes('a worker is ready'));
    const own = ['-o', files.out, '--key-dir', home.file('mine'), '--queue-prefix', 'team'];
    expect(await home.run(['batch', files.in, ...own], { env: secret })).toMatchObject({ code: 0 });
    const wrong = await home.run(['batch', 'status', '--queue', url.replace('@', ':no@')]);
    expect(wrong).toMatchObject({ code: 4, stderr: expect.stringContaining('refuses') });
    child.kill('SIGTERM');
    expect(await ended(child)).toBe(0);
    expect(existsSync(files.out) && readFileSync(`${files.out}.journal`, 'utf8')).not.toMatch(
      /MARKED|hidden-/u,
    );
  });

  it('rediss: accepts certificates of the authority in --tls-ca, and no other', async () => {
    const files = place();
    writeLines(files.in, requests(3));
    const { ca, cert, key } = await makeCertificate();
    const folder = home.file('redis-tls');
    mkdirSync(folder);
    const pem = { ca: `${folder}/ca.pem`, cert: `${folder}/cert.pem`, key: `${folder}/key.pem` };
    writeFileSync(pem.ca, ca);
    writeFileSync(pem.cert, cert);
    writeFileSync(pem.key, key, { mode: 0o600 });
    const own = ['--tls-cert-file', pem.cert, '--tls-key-file', pem.key, '--tls-ca-cert-file', pem.ca];
    const secure = await RedisServer.start({ folder, args: [...own, '--tls-auth-clients', 'no'], tls: true });
    open.push(() => secure.kill());
    const queue = ['--queue', `rediss://localhost:${String(secure.port)}`];
    const distrusted = await home.run(['batch', 'status', ...queue]);
    expect(distrusted).toMatchObject({ code: 4, stderr: expect.stringContaining('--tls-ca') });
    const trust = [...queue, '--tls-ca', pem.ca];
    const args = ['--base-url', router.url, '--key-dir', home.file('workers'), ...trust];
    const child = home.start(['batch-worker', ...args], { env });
    const output = collect(child);
    await until(() => output().stderr.includes('a worker is ready'));
    const submitted = ['batch', files.in, '-o', files.out, '--key-dir', home.file('mine'), ...trust];
    expect(await home.run(submitted)).toMatchObject({ code: 0 });
    expect(readLines(files.out)).toHaveLength(3);
    child.kill('SIGTERM');
    expect(await ended(child)).toBe(0);
  });

  it.each([
    [
      'a password that is not encoded',
      ['batch', 'status', '--queue', 'redis://me:hidden%zz@127.0.0.1'],
      'must be written as %25',
    ],
    [
      'an authority that is not there',
      ['batch', 'status', '--queue', 'rediss://127.0.0.1', '--tls-ca', '/nowhere/ca.pem'],
      '--tls-ca: /nowhere/ca.pem cannot be read',
    ],
    ['no queue', ['batch-worker'], '--queue is missing'],
    ['another protocol', ['batch-worker', '--queue', 'http://127.0.0.1'], '--queue must be redis:'],
    [
      'a wrong prefix',
      ['batch', 'status', '--queue', 'redis://127.0.0.1', '--queue-prefix', 'a:b'],
      'prefix',
    ],
  ])('%s ends with 2', async (_name, args, says) => {
    expect(await home.run(args)).toMatchObject({ code: 2, stderr: expect.stringContaining(says) });
  });
});
