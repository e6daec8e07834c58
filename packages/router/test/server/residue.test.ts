import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { countInProcess } from '@nomyo/testkit';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { createRoot, delegate } from '../../src/server/index.js';
import { open, seal, type Sealed } from './client.js';
import { startModelServer, type ModelServer } from './model-server.js';
import { activeKey, CHAT, post } from './setup.js';

const CHILD = fileURLToPath(new URL('residue-child.mjs', import.meta.url));

let dir = '';
let child: ChildProcess | undefined;
let model: ModelServer | undefined;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'nomyo-residue-'));
  await createRoot(join(dir, 'root.pem'));
  const options = { realm: 'router.test', days: 1, epoch: 1, output: join(dir, 'signer.pem') };
  await delegate({ root: join(dir, 'root.pem'), ...options });
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await model?.close();
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Everything of a key that opens what was sealed to it: the seed, what it expands to, and the decoded key. */
function needlesOf(seed: Buffer): Record<string, Uint8Array> {
  const expanded = createHash('shake256', { outputLength: 96 }).update(seed).digest();
  const { secretKey } = ml_kem768.keygen(expanded.subarray(0, 64));
  return {
    seed,
    'ML-KEM seed': expanded.subarray(0, 64),
    'X25519 key': expanded.subarray(64),
    'ML-KEM secret vector': secretKey.subarray(0, 64),
    'ML-KEM implicit rejection': secretKey.subarray(-32),
  };
}

async function startChild(seed: Buffer, upstream: string) {
  const args = [CHILD, join(dir, 'signer.pem'), upstream, seed.toString('hex')];
  const running = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  child = running;
  const lines = createInterface(running.stdout)[Symbol.asyncIterator]();
  const next = async () => JSON.parse(String((await lines.next()).value)) as { url: string };
  const { url } = await next();
  const advance = async (seconds: number): Promise<void> => {
    running.stdin.write(`${JSON.stringify({ seconds })}\n`);
    await next();
  };
  return { url, pid: running.pid ?? 0, advance };
}

async function recordedRequests(url: string): Promise<readonly Sealed[]> {
  const key = await activeKey(url);
  const recorded: Sealed[] = [];
  for (let i = 0; i < 8; i += 1) {
    const message = await seal(key, { body: CHAT });
    expect(open((await post(url, message)).body, message).status).toBe(200);
    recorded.push(message);
  }
  return recorded;
}

const suite = existsSync('/proc/self/mem') ? describe : describe.skip;
suite('forward secrecy by the hour', () => {
  it('no part of a private key is left in the process after its destruction, and the recording is of no use', async () => {
    model = await startModelServer();
    const seed = randomBytes(32);
    const needles = needlesOf(seed);
    const { url, pid, advance } = await startChild(seed, model.url);
    const recorded = await recordedRequests(url);
    // The scan finds what is there.
    expect(countInProcess(pid, needles)['seed']).toBeGreaterThan(0);
    await advance(3_600 + 60);
    expect(countInProcess(pid, needles)['seed']).toBeGreaterThan(0);
    await advance(61);
    expect(countInProcess(pid, needles)).toEqual(
      Object.fromEntries(Object.keys(needles).map((name) => [name, 0])),
    );
    const [message] = recorded;
    if (message === undefined) throw new Error('nothing was recorded');
    const late = await post(url, message);
    expect([late.status, JSON.parse(late.body.toString())]).toMatchObject([
      422,
      { type: 'urn:nomyo:v2:key_unknown' },
    ]);
  });
});

/** Random letters; what is looked for is neither at their start nor at their end. */
function randomText(length: number): { readonly text: string; readonly needles: readonly Uint8Array[] } {
  const text = Array.from(randomBytes(length), (byte) => String.fromCharCode(0x61 + (byte % 26))).join('');
  const slice = text.slice(length / 2, length / 2 + 24);
  return { text, needles: [Buffer.from(slice, 'utf8'), Buffer.from(slice, 'utf16le')] };
}

suite('prompts', () => {
  it('are there while a model reads them, and nowhere in the process afterwards', async () => {
    const held: (() => void)[] = [];
    model = await startModelServer((_, response) => {
      held.push(() => void response.setHeader('content-type', 'application/json').end('{"choices":[]}'));
    });
    const { url, pid } = await startChild(randomBytes(32), model.url);
    const key = await activeKey(url);
    const needles: Record<string, Uint8Array> = {};
    const answers: Promise<unknown>[] = [];
    for (const length of [100, 3_000, 40_000, 200_000, 100, 3_000, 40_000, 200_000]) {
      const prompt = randomText(length);
      for (const needle of prompt.needles) needles[String(Object.keys(needles).length)] = needle;
      const message = await seal(key, {
        body: { ...CHAT, messages: [{ role: 'user', content: prompt.text }] },
      });
      const answer = post(url, message);
      // Told at the end; a test that fails before ends the router.
      answer.catch(() => undefined);
      answers.push(answer);
    }
    while (held.length < answers.length) await pause(10);
    const total = (): number =>
      Object.values(countInProcess(pid, needles)).reduce((sum, count) => sum + count, 0);
    expect(total()).toBeGreaterThanOrEqual(answers.length);
    for (const finish of held) finish();
    await Promise.all(answers);
    expect(total()).toBe(0);
  });
});
