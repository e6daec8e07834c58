/** Runs one scenario in a process of its own and counts what is left in its memory. */
import { spawn, type ChildProcess } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Observer } from './observer.js';
import { countCopies } from './scan.js';
import { FINISHED, writeOrders, type ChildOrders, type Scenario } from './scenario.js';

/** Copies of each kind of secret. */
export interface Residue {
  readonly prompt: number;
  readonly answer: number;
  readonly aesKey: number;
  readonly privateKey: number;
  /** What the process itself says of its memory. */
  readonly method: string;
}

const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The child runs from the build: what users run. */
const CHILD = join(PACKAGE, 'dist', 'child.js');

const TIMEOUT_MS = 120_000;

/**
 * With protection off every secret stays in its buffer, until the collector frees that and the allocator hands it out
 * again. A young generation of this size, in MB, is never full: what was not wiped is certain to be found.
 */
const NOTHING_COLLECTED = ['--min-semi-space-size=256', '--max-semi-space-size=256'];

/** @param calls how many the process makes before it is looked at */
export async function examine(scenario: Scenario, calls: number): Promise<Residue> {
  const observer = await Observer.start();
  const child = start(scenario, observer, calls);
  try {
    const method = await finished(child);
    if (child.pid === undefined) throw new Error('the process did not start');
    const counts = countCopies(child.pid, observer.needles());
    const of = (name: string): number => counts.get(name) ?? 0;
    return {
      prompt: of('prompt'),
      answer: of('answer'),
      aesKey: of('AES key'),
      privateKey: of('private key'),
      method,
    };
  } finally {
    child.kill('SIGKILL');
    await observer.close();
  }
}

function start(
  { paths, addon, secureMemory }: Scenario,
  { router, keyDir }: Observer,
  calls: number,
): ChildProcess {
  const { url: baseUrl, ca = '' } = router;
  const orders: ChildOrders = { baseUrl, ca, keyDir: join(keyDir, 'keys'), calls, paths, secureMemory };
  const nodeArgs = secureMemory ? [] : NOTHING_COLLECTED;
  return spawn(process.execPath, [...nodeArgs, CHILD, ...writeOrders(orders)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Where `nomyo-native` is found, or not: it is a peer that nobody in the workspace installs for @nomyo/crypto.
    env: addon ? { NODE_PATH: join(PACKAGE, 'node_modules') } : {},
  });
}

function finished(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the process did not finish its calls')), TIMEOUT_MS);
    child.once('exit', (code) => reject(new Error(`the process ended with ${String(code)}`)));
    if (child.stdout === null) return;
    createInterface(child.stdout).on('line', (line) => {
      const [word, method = ''] = line.split(' ');
      if (word !== FINISHED) return;
      clearTimeout(timer);
      resolve(method);
    });
  });
}
