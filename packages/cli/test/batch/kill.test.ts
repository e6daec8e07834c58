/** kill -9 at random moments; `pnpm stress:batch` does the same a thousand times. */
import { afterAll, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { startRouter, type Router } from '@nomyo/router/testing';
import { Home } from '../cli.js';
import { ids, readLines, requests, writeLines } from './files.js';

const LINES = 60;
const KILLS = 8;
const CONCURRENCY = 4;

const home = new Home();
let router: Router | undefined;
afterAll(async () => {
  home.remove();
  await router?.close();
});

/** Lines that the journal says are done. */
function doneIn(journal: string): Set<number> {
  if (!existsSync(journal)) return new Set();
  const records = readFileSync(journal, 'utf8').split('\n').slice(0, -1);
  return new Set(
    records
      .map((record) => JSON.parse(record.slice(9).split('\t')[0] ?? '') as { kind: string; index: number })
      .filter(({ kind }) => kind === 'done')
      .map(({ index }) => index),
  );
}

it('kill -9 loses no answer, and resends no answered line', async () => {
  /** Which lines reached the router since the last kill. */
  let seen: number[] = [];
  router = await startRouter({
    keySize: 2048,
    answers: async ({ messages }) => {
      const [, number = ''] = /question (\d+);/u.exec(JSON.stringify(messages)) ?? [];
      seen.push(Number(number));
      await new Promise((done) => setTimeout(done, 20));
      return `answer ${number};`;
    },
  });
  const [input, out] = [home.file('in.jsonl'), home.file('out.jsonl')];
  writeLines(input, requests(LINES));
  const more = [
    '--base-url',
    router.url,
    '--key-dir',
    home.file('keys'),
    '--concurrency',
    String(CONCURRENCY),
  ];
  const args = ['batch', input, '-o', out, '--quiet', ...more];
  const times = Array.from({ length: LINES }, () => 0);
  let done = new Set<number>();
  for (let kill = 0; kill < KILLS && !existsSync(out); kill += 1) {
    seen = [];
    const child = home.start(args);
    const ended = new Promise((end) => child.once('close', end));
    // Some before the first line, most between lines.
    const lines = Math.floor(Math.random() * 8);
    while (seen.length < lines && child.exitCode === null) await new Promise((next) => setTimeout(next, 5));
    await new Promise((next) => setTimeout(next, Math.random() * 30));
    child.kill('SIGKILL');
    await ended;
    expect(seen.filter((index) => done.has(index))).toEqual([]);
    for (const index of seen) times[index] = (times[index] ?? 0) + 1;
    done = doneIn(`${out}.journal`);
  }
  seen = [];
  expect(await home.run(args)).toMatchObject({ code: 0 });
  for (const index of seen) times[index] = (times[index] ?? 0) + 1;
  expect(seen.filter((index) => done.has(index))).toEqual([]);
  const lines = readLines(out);
  expect(ids(lines)).toEqual(Array.from({ length: LINES }, (_, index) => `r${index}`));
  lines.forEach((line, index) => expect(JSON.stringify(line)).toContain(`answer ${index};`));
  expect(Math.min(...times)).toBe(1);
  const twice = times.reduce((sum, count) => sum + count - 1, 0);
  expect(twice).toBeLessThanOrEqual(KILLS * CONCURRENCY);
});
