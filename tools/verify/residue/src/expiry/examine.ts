/**
 * Records the traffic of a client whose pairs live in memory and serve one request each, lets the first pair expire, and
 * looks in the client's process for whatever could open that traffic.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startRouter, type Router } from '@nomyo/router/testing';
import { numberNeedles, openWith } from '../observer.js';
import { countCopies } from '../scan.js';
import { masked } from './mask.js';

/** The remains of one pair, in the whole process. */
export interface PairResidue {
  /** Copies of parts of p, q and d. */
  readonly privateKey: number;
  /** Copies of the AES key of the answer that was sealed to it. */
  readonly aesKey: number;
}

/** The findings. */
export interface Expiry {
  /** Of the pair that has served its one request. */
  readonly expired: PairResidue;
  /** Of the pair after that, which is the client's still. */
  readonly current: PairResidue;
  /** The plaintext of the recorded answer to the first request; the expired key opens it. */
  readonly recorded: string;
  /** The process's own report on its memory. */
  readonly method: string;
}

const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const CHILD = join(PACKAGE, 'dist', 'expiry', 'child.js');
const TIMEOUT_MS = 120_000;

/** @param addon whether `nomyo-native` can be found */
export async function examineExpiry(addon: boolean): Promise<Expiry> {
  const router = await startRouter({ tls: true });
  const child = start(router, addon);
  try {
    const { keys, method } = await finished(child);
    const [first, second] = answersOf(router).map((answer) => opened(answer, keys));
    if (first === undefined || second === undefined) throw new Error('the router saw fewer than two calls');
    const needles = [...needlesOf('expired', first), ...needlesOf('current', second)];
    if (child.pid === undefined) throw new Error('the process did not start');
    const counts = countCopies(child.pid, needles);
    const residue = (name: string): PairResidue => ({
      privateKey: counts.get(`${name} private key`) ?? 0,
      aesKey: counts.get(`${name} AES key`) ?? 0,
    });
    return { expired: residue('expired'), current: residue('current'), recorded: first.text, method };
  } finally {
    child.kill('SIGKILL');
    await router.close();
  }
}

function start({ url, ca = '' }: Router, addon: boolean): ChildProcess {
  return fork(CHILD, [url, ca, addon ? 'addon' : 'none'], {
    // With the addon nothing waits for the collector.
    execArgv: addon ? [] : ['--expose-gc'],
    env: addon ? { NODE_PATH: join(PACKAGE, 'node_modules') } : {},
  });
}

function finished(child: ChildProcess): Promise<{ keys: KeyObject[]; method: string }> {
  const keys: KeyObject[] = [];
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the process did not finish its calls')), TIMEOUT_MS);
    child.once('exit', (code) => reject(new Error(`the process ended with ${String(code)}`)));
    child.on('message', (message: { masked?: string; method?: string }) => {
      if (message.masked !== undefined) keys.push(keyOf(Buffer.from(message.masked, 'base64')));
      if (message.method === undefined) return;
      clearTimeout(timer);
      resolve({ keys, method: message.method });
    });
  });
}

function keyOf(told: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(masked(told)), format: 'der', type: 'pkcs8' });
}

function answersOf({ requests }: Router): Uint8Array[] {
  return requests.filter(({ method }) => method === 'POST').map(({ answerBody }) => answerBody);
}

interface OpenedAnswer {
  readonly privateKey: KeyObject;
  readonly key: Buffer;
  readonly text: string;
}

/** The plaintext of a recorded answer, by whichever of these keys opens it. */
function opened(answer: Uint8Array, keys: readonly KeyObject[]): OpenedAnswer {
  for (const privateKey of keys) {
    try {
      return { privateKey, ...openWith(privateKey, answer) };
    } catch {
      // It was sealed to another pair.
    }
  }
  throw new Error('none of the keys that were made opens the answer');
}

function needlesOf(name: string, { privateKey, key }: OpenedAnswer): ReturnType<typeof numberNeedles> {
  return [...numberNeedles(`${name} private key`, privateKey), { name: `${name} AES key`, bytes: key }];
}
