/** Deno and Bun, with the packages as a user installs them, against a router of this repository. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRouter } from '@nomyo/router/testing';
import { NpmProject } from '../npm-project.mjs';

const installed = (file) => join(import.meta.dirname, '../node_modules', file);

/** Node is there to show that the script itself is right. The binaries exist for one platform here. */
const RUNTIMES = [
  ['Node', process.execPath],
  ['Deno', installed('@deno/linux-x64-glibc/deno'), 'run', '--allow-all', '--quiet'],
  ['Bun', installed('@oven/bun-linux-x64/bin/bun')],
].filter(([, file]) => existsSync(file));

const ANSWER = 'b'.repeat(600_000);
const MEGABYTE = 1024 * 1024;

const ERRORS = {
  307: 'REDIRECT_REFUSED true',
  401: 'AUTHENTICATION_FAILED false',
  503: 'SERVICE_UNAVAILABLE false',
  'flip-tag': 'DECRYPTION_FAILED true',
  'cut-mid-body': 'CONNECTION_FAILED true',
  never: 'CONNECTION_TIMEOUT true',
  afterwards: 'string',
};

let project;

beforeAll(() => {
  const needed = ['@nomyo/base', '@nomyo/crypto', '@nomyo/keystore', '@nomyo/transport'];
  project = new NpmProject(['nomyo-js'], needed);
}, 120_000);

afterAll(() => project?.dispose());

it('has Deno and Bun, on the platform that the lockfile brings them for', () => {
  const { platform, arch } = process;
  expect(RUNTIMES).toHaveLength(platform === 'linux' && arch === 'x64' ? 3 : 1);
});

it.each(RUNTIMES.filter(([name]) => name === 'Bun'))(
  '%s starts the test router, and accepts its certificate when told to',
  (_name, file) => {
    const script = join(import.meta.dirname, 'fixtures/test-router.mjs');
    const { status, stdout, stderr } = spawnSync(file, [script], { encoding: 'utf8', timeout: 60_000 });
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: '200 -----BEGIN PUBLIC KEY-----\ntrusted by nobody else\n',
      stderr: '',
    });
  },
);

describe.each(RUNTIMES)('%s', (name, file, ...args) => {
  let routers = [];
  let found;

  beforeAll(async () => {
    const options = { keySize: 2048, fail: ({ headers }) => headers['x-fail'] };
    routers = await Promise.all([
      startRouter({ ...options, tls: true }),
      startRouter(options),
      startRouter({ ...options, tls: true, answers: [ANSWER] }),
      startRouter({ ...options, answers: [ANSWER] }),
    ]);
    const input = {
      routers: routers.map(({ url, ca }) => ({ url, ca })),
      apiKey: 'key-of-the-runtime-test',
      keyDir: join(project.dir, `keys of ${name}`),
      answerLength: ANSWER.length,
    };
    const run = await project.start(file, ...args, 'runtime.mjs', JSON.stringify(input));
    if (run.status !== 0) throw new Error(`status ${run.status}\n${run.stdout}${run.stderr}`);
    found = Object.fromEntries(run.stdout.split('\n').map((line) => line.split(/: (.*)/)));
  }, 150_000);

  afterAll(() => Promise.all(routers.map((router) => router.close())));

  it.each([
    ['keys', ['string', 'string', true, true]],
    ['big bodies over https', [true, true, true, true]],
    ['big bodies over http', [true, true, true, true]],
    ['errors over https', ERRORS],
    ['errors over http', ERRORS],
    ['abort', 'the caller left'],
    ['untrusted', 'CONNECTION_FAILED false'],
    ['pinned', 'SERVER_KEY_NOT_PINNED false'],
  ])('%s', (check, expected) => {
    expect(JSON.parse(found[check])).toEqual(expected);
  });

  it('sends each big body once', () => {
    const isBig = ({ requestBody }) => requestBody.length > MEGABYTE;
    expect(routers.map(({ requests }) => requests.filter(isBig).length)).toEqual([0, 0, 4, 4]);
  });
});
