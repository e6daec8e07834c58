// The watch around `npm test`, tried on what it must find. The marks are others than those of the real tests: the real
// watch is running meanwhile.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { leaksInOutput, watchForLeaks } from '../../leaks/index.mjs';

const MARKS = { apiKey: 'TRIED-key-4be7c10d93', prompt: 'TRIED-prompt-92f0ad6e18' };

let scratch;
let findings;
let markers;
const ends = [];

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'nomyo-leaks-'));
  findings = join(scratch, 'findings');
  markers = join(scratch, 'markers.json');
  writeFileSync(markers, JSON.stringify(MARKS));
});

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  rmSync(scratch, { recursive: true, force: true });
});

function sleeper(args, env = {}) {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => undefined, 60_000)', '--', ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: 'ignore',
  });
  ends.push(() => child.kill('SIGKILL'));
}

async function found() {
  while (!existsSync(findings)) await new Promise((resolve) => setTimeout(resolve, 50));
}

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('the watch finds a secret', () => {
  it.each([
    ['cmdline', () => sleeper([`--api-key=${MARKS.apiKey}`])],
    ['environ', () => sleeper([], { API_KEY: MARKS.apiKey })],
    ['cmdline', () => sleeper([Buffer.from(`x${MARKS.apiKey}x`).toString('base64')])],
    ['cmdline', () => sleeper([Buffer.from(MARKS.apiKey).toString('hex')])],
  ])('in /proc/PID/%s', async (file, leak) => {
    const end = watchForLeaks(findings, markers);
    leak();
    await found();
    expect(await end()).toEqual([`the apiKey is in /proc/PID/${file}`]);
  });
});

describe('the watch', () => {
  it('finds a secret in the name of a temporary file', async () => {
    const end = watchForLeaks(findings, markers);
    mkdirSync(join(scratch, 'a', `b-${MARKS.prompt}`), { recursive: true });
    await found();
    expect(await end()).toEqual(['the prompt is in the name of a temporary file']);
  });

  it('finds nothing where there is nothing', async () => {
    const end = watchForLeaks(findings, markers);
    sleeper(['--nothing'], { API_KEY: 'TRIED-key-' });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await end()).toEqual([]);
  });

  it('reports when it cannot watch', async () => {
    const end = watchForLeaks(findings, join(scratch, 'missing.json'));
    expect(await end()).toEqual([expect.stringContaining('nobody watched')]);
  });
});

describe('the output of tasks', () => {
  it('is searched, logs and results alike', () => {
    for (const folder of ['.turbo', '.results']) mkdirSync(join(scratch, folder));
    const files = ['.turbo/turbo-test.log', '.results/jest.json'].map((name) => join(scratch, name));
    writeFileSync(files[0], `printed: ${MARKS.apiKey}`);
    writeFileSync(files[1], JSON.stringify({ failureMessages: [MARKS.prompt] }));
    expect(leaksInOutput([scratch], markers)).toEqual([
      `the apiKey is in ${files[0]}`,
      `the prompt is in ${files[1]}`,
    ]);
    expect(leaksInOutput([join(scratch, 'nothing')], markers)).toEqual([]);
  });
});
