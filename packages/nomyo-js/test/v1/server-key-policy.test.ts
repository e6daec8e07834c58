/** `serverKeyPolicy` over a real router that changes its key, real files and real processes. */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Router } from '@nomyo/router/testing';
import { SecurityError, type LogEntry, type SecureChatCompletionConfig } from '../../src/index.js';
import {
  cleanUp,
  client,
  configFor,
  lowLevelClient,
  posts,
  rejection,
  REQUEST,
  router,
  temporaryDirectory,
} from '../support.js';

afterEach(cleanUp);

const ASK = fileURLToPath(new URL('../children/ask.mjs', import.meta.url));

/** Fingerprint of a nonexistent key. */
const STRANGER = `sha256/${Buffer.alloc(32, 7).toString('base64')}`;

const firstUse = (keyDir: string | null = temporaryDirectory()): SecureChatCompletionConfig => ({
  keyDir,
  serverKeyPolicy: 'first-use',
});
const memoryOf = ({ keyDir }: SecureChatCompletionConfig): string => join(keyDir ?? '', 'known_routers');
const linesOf = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

/** A client of its own, as after a restart. */
const ask = (to: Router, config: SecureChatCompletionConfig): Promise<unknown> =>
  client(to, config).create(REQUEST);

/** The same in a process of its own. */
async function askInProcess(
  to: Router,
  config: SecureChatCompletionConfig,
  ...more: string[]
): Promise<string> {
  const asked = promisify(execFile)(process.execPath, [ASK, ...more]);
  asked.child.stdin?.end(JSON.stringify(configFor(to, config)));
  return (await asked).stdout.trim();
}

const refused = expect.objectContaining({ name: 'SecurityError', code: 'SERVER_KEY_CHANGED' });

describe('first-use', () => {
  it('remembers the key next to the pair, and finds it there after a restart', async () => {
    const to = await router();
    const config = firstUse();
    for (let start = 0; start < 3; start += 1) await ask(to, config);
    expect(linesOf(memoryOf(config))).toEqual([`${to.url}/ ${to.fingerprint}`]);
    expect(lstatSync(memoryOf(config)).mode & 0o777).toBe(0o644);
    expect(readFileSync(join(String(config.keyDir), '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('refuses another key after a restart, time and again, before anything is sealed to it', async () => {
    const to = await router();
    const config = firstUse();
    await ask(to, config);
    const remembered = readFileSync(memoryOf(config), 'utf8');
    await to.rotateKey();
    const restarted = client(to, config);
    for (let call = 0; call < 2; call += 1) {
      expect(await rejection(restarted.create(REQUEST))).toEqual(refused);
    }
    expect(await rejection(restarted.ready())).toEqual(refused);
    expect(await rejection(lowLevelClient(to, config).fetchServerPublicKey())).toEqual(refused);
    expect(posts(to)).toHaveLength(1);
    expect(readFileSync(memoryOf(config), 'utf8')).toBe(remembered);
  });

  it('refuses another key while the client runs, and seals nothing to it', async () => {
    const to = await router();
    const running = client(to, firstUse());
    await running.create(REQUEST);
    await to.rotateKey();
    expect(await rejection(running.create(REQUEST))).toEqual(refused);
    expect(posts(to).map(({ status }) => status)).toEqual([200, 400]);
  });

  it('accepts another key when the caller does, once for all waiters, and for later starts', async () => {
    const to = await router();
    const config = firstUse();
    await ask(to, config);
    const previous = to.fingerprint;
    await to.rotateKey();
    expect(await rejection(ask(to, config))).toEqual(refused);
    const onServerKeyChange = jest.fn(
      () => new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 50)),
    );
    const accepting = client(to, { ...config, onServerKeyChange });
    await Promise.all(Array.from({ length: 5 }, () => accepting.create(REQUEST)));
    expect(onServerKeyChange.mock.calls).toEqual([[{ previous, current: to.fingerprint }]]);
    await ask(to, config);
    expect(linesOf(memoryOf(config))).toEqual([`${to.url}/ ${to.fingerprint}`]);
  });

  it.each([
    ['false', () => false],
    ['a promise of false', () => Promise.resolve(false)],
    ['what is merely truthy', () => 'yes' as unknown as boolean],
  ])('refuses it when the caller answers %s', async (_name, onServerKeyChange) => {
    const to = await router();
    const config = firstUse();
    await ask(to, config);
    await to.rotateKey();
    expect(await rejection(ask(to, { ...config, onServerKeyChange }))).toEqual(refused);
  });

  it("passes on the caller's own error, and reports both fingerprints and no secret", async () => {
    const to = await router();
    const config = firstUse();
    await ask(to, config);
    await to.rotateKey();
    const own = new Error('nobody is there to decide');
    const throwing = { ...config, onServerKeyChange: () => Promise.reject(own) };
    expect(await rejection(ask(to, throwing))).toBe(own);
    const entries: LogEntry[] = [];
    const log = (entry: LogEntry): number => entries.push(entry);
    const error = await rejection(ask(to, { ...config, logger: { debug: log, info: log, warn: log } }));
    expect(error).toBeInstanceOf(SecurityError);
    expect(String(error)).toContain(to.fingerprint);
    expect(entries).toContainEqual({
      message: 'nomyo:server-key-changed',
      previous: expect.stringMatching(/^sha256\//),
      current: to.fingerprint,
    });
  });

  it('knows each router by its base URL', async () => {
    const [one, two] = [await router(), await router({ prefix: '/secure' })];
    const config = firstUse();
    for (const to of [one, two, one, two]) await ask(to, config);
    expect(linesOf(memoryOf(config))).toEqual([
      `${one.url}/ ${one.fingerprint}`,
      `${two.url} ${two.fingerprint}`,
    ]);
    await two.rotateKey();
    await ask(one, config);
    expect(await rejection(ask(two, config))).toEqual(refused);
  });

  it('lasts in memory as long as the client, when its keys do', async () => {
    const to = await router();
    const config = firstUse(null);
    const running = client(to, config);
    await running.create(REQUEST);
    await to.rotateKey();
    expect(await rejection(running.create(REQUEST))).toEqual(refused);
    await ask(to, config);
  });

  it('remembers no key that is not pinned', async () => {
    const to = await router();
    const config = firstUse();
    const error = await rejection(ask(to, { ...config, serverKeyPins: [STRANGER] }));
    expect(error).toMatchObject({ code: 'SERVER_KEY_NOT_PINNED' });
    expect(existsSync(memoryOf(config))).toBe(false);
    await ask(to, { ...config, serverKeyPins: [to.fingerprint] });
    expect(linesOf(memoryOf(config))).toHaveLength(1);
  });
});

describe('a file of known routers that was tampered with', () => {
  it.each<[string, string, (path: string, to: Router) => void]>([
    ['garbage', 'KEY_FILE_INVALID', (path) => writeFileSync(path, 'garbage\n')],
    ['half a line', 'KEY_FILE_INVALID', (path, to) => writeFileSync(path, `${to.url}/ sha256/AAAA\n`)],
    [
      'two keys for one router',
      'KEY_FILE_INVALID',
      (path, to) => writeFileSync(path, `${to.url}/ ${to.fingerprint}\n${to.url}/ ${STRANGER}\n`),
    ],
    [
      'the key of a stranger',
      'SERVER_KEY_CHANGED',
      (path, to) => writeFileSync(path, `${to.url}/ ${STRANGER}\n`),
    ],
    [
      'a mode that lets others write',
      'KEY_FILE_PERMISSIONS',
      (path) => {
        writeFileSync(path, '');
        chmodSync(path, 0o666);
      },
    ],
    ['a symbolic link', 'KEY_FILE_INVALID', (path) => symlinkSync('/dev/null', path)],
  ])('%s is refused (%s), nothing is sent, and it stays unchanged', async (_name, code, tamper) => {
    const to = await router();
    const config = firstUse();
    const path = memoryOf(config);
    tamper(path, to);
    const before = readFileSync(path, 'utf8');
    const error = await rejection(ask(to, config));
    expect(error).toMatchObject({ code, ...(code.startsWith('KEY') ? { path } : {}) });
    expect(posts(to)).toHaveLength(0);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });
});

describe('processes that share a directory', () => {
  it('that start at the same time remember one key, and find it again', async () => {
    const to = await router();
    const config = firstUse();
    const first = await Promise.all([1, 2, 3].map(() => askInProcess(to, config)));
    expect(first).toEqual(['answered', 'answered', 'answered']);
    expect(linesOf(memoryOf(config))).toEqual([`${to.url}/ ${to.fingerprint}`]);
    await to.rotateKey();
    expect(await askInProcess(to, config)).toBe('SERVER_KEY_CHANGED');
  });

  it('share a key that one of them accepted', async () => {
    const to = await router();
    const config = firstUse();
    const running = client(to, config);
    await running.create(REQUEST);
    await to.rotateKey();
    expect(await rejection(running.create(REQUEST))).toEqual(refused);
    expect(await askInProcess(to, config, 'accept')).toBe('answered');
    await expect(running.create(REQUEST)).resolves.toHaveProperty('choices');
  });
});
