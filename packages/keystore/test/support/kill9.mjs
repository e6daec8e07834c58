// Starts processes that replace a key pair, and what is known of a router, as fast as they can, kills them at a random
// moment, and looks at what is left: the directory must load, a pair that was there must not be lost, no left-over stays,
// and the two files must belong together. Shared by a short jest test and the long run of test/kill9.mjs.
import { spawn } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { access, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KeyStore, openKnownKeys } from '@nomyo/keystore';

const CHILD = fileURLToPath(new URL('../children/replace-forever.mjs', import.meta.url));
const POOL_SIZE = 12;
const LONGEST_LIFE_MS = 250;
/** In place of a pool: the child makes its keys. */
const GENERATE = 'generate';

/**
 * @param {{ directory: string, kills: number, random: () => number, onKill?: (done: number) => void }} options
 * @returns {Promise<{ kills: number, fresh: number, twins: number, generating: number, pairs: number, leftovers: number, failures: string[] }>}
 */
export async function killAtRandom({ directory, kills, random, onKill }) {
  const pool = join(directory, 'pool');
  const keyDir = join(directory, 'keys');
  await makePool(pool);
  const seen = new Set();
  const summary = { kills: 0, fresh: 0, twins: 0, generating: 0, pairs: 0, leftovers: 0, failures: [] };
  while (summary.kills < kills) {
    if (random() < 0.3) {
      await rm(keyDir, { recursive: true, force: true });
      summary.fresh += 1;
    }
    const isTwin = random() < 0.3;
    summary.twins += Number(isTwin);
    const isGenerating = random() < 0.1;
    summary.generating += Number(isGenerating);
    const hadPair = await exists(join(keyDir, 'private_key.pem'));
    const source = isGenerating ? GENERATE : pool;
    summary.kills += await killOnce({ keyDir, source, count: isTwin ? 2 : 1, random });
    summary.leftovers += Number((await temporaries(keyDir)).length > 0);
    try {
      seen.add(await inspect(keyDir, hadPair));
    } catch (error) {
      summary.failures.push(error instanceof Error ? error.message : String(error));
      await rm(keyDir, { recursive: true, force: true });
    }
    onKill?.(summary.kills);
  }
  summary.pairs = seen.size;
  return summary;
}

async function makePool(pool) {
  await mkdir(pool, { recursive: true });
  for (let i = 0; i < POOL_SIZE; i += 1) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await writeFile(join(pool, `${String(i)}.der`), privateKey.export({ format: 'der', type: 'pkcs8' }));
  }
}

async function killOnce({ keyDir, source, count, random }) {
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, [CHILD, keyDir, source], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const ends = children.map(
    (child) => new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal))),
  );
  await new Promise((resolve) => children[0].stdout.once('data', resolve));
  // Many kills fall into the first moments, the rest into the loop of replacements.
  await new Promise((resolve) => setTimeout(resolve, random() ** 2 * LONGEST_LIFE_MS));
  for (const child of children) child.kill('SIGKILL');
  const signals = await Promise.all(ends);
  if (signals.some((signal) => signal !== 'SIGKILL')) throw new Error('a child ended before it was killed');
  return count;
}

/** From the user's side: the next start works, tidies up, and both files are one pair. */
async function inspect(keyDir, hadPair) {
  const events = [];
  const onEvent = ({ type }) => events.push(type);
  const store = new KeyStore({ keyDir, keySize: 2048, rotationInterval: 0, onEvent });
  try {
    await store.ready();
  } finally {
    store.dispose();
  }
  if (hadPair && events[0] !== 'key-loaded') throw new Error('a pair that was there is lost');
  const known = await openKnownKeys({ keyDir }).recall('router');
  if (known !== undefined && !known.startsWith('sha256/')) throw new Error('what was known is damaged');
  const left = await temporaries(keyDir);
  if (left.length > 0) throw new Error(`left over: ${left.join(', ')}`);
  const [privateKey, publicKey] = await Promise.all(
    ['private_key.pem', 'public_key.pem'].map((name) => readFile(join(keyDir, name))),
  );
  const spki = (key) => createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64');
  if (spki(createPrivateKey(privateKey)) !== spki(publicKey)) throw new Error('the files are not one pair');
  return spki(publicKey);
}

async function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function temporaries(keyDir) {
  const names = await readdir(keyDir).catch(() => []);
  return names.filter((name) => name.endsWith('.tmp'));
}
