/** Runs one scenario in a process of its own and counts what is left in its memory. */
import { spawn, type ChildProcess } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { dumpCore, dumpingPrefix } from './core-dump.js';
import { Observer, type Watch } from './observer.js';
import { ObserverV2 } from './observer-v2.js';
import { countCopies, countCopiesInFile } from './scan.js';
import { FINISHED, writeOrders, type ChildOrders, type Scenario } from './scenario.js';

/** Copies of each kind of secret. */
export interface Copies {
  readonly prompt: number;
  readonly answer: number;
  readonly aesKey: number;
  readonly privateKey: number;
}

/** The secrets still in memory after the calls. */
export interface Residue {
  /** The process's own report on its memory. */
  readonly method: string;
  readonly memory: Copies;
  /** In a core dump of the process; undefined where the system writes none. */
  readonly coreDump: Copies | undefined;
}

const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The child runs from the build: what users run. */
const CHILD = join(PACKAGE, 'dist', 'child.js');

const TIMEOUT_MS = 120_000;

/**
 * With protection off every secret stays in its buffer, until the collector frees that and the allocator hands it out
 * again. A young generation of this size, in MB, is never full, and without the reducer no timer starts a collection on
 * a slow machine: what was not wiped is certain to be found.
 */
const NOTHING_COLLECTED = ['--min-semi-space-size=256', '--max-semi-space-size=256', '--no-memory-reducer'];

/** @param calls how many the process makes before it is looked at */
export async function examine(scenario: Scenario, calls: number): Promise<Residue> {
  const observer: Watch = scenario.protocol === 2 ? await ObserverV2.start() : await Observer.start();
  const prefix = dumpingPrefix() ?? [];
  const child = start(scenario, observer, calls, prefix);
  try {
    const method = await finished(child);
    if (child.pid === undefined) throw new Error('the process did not start');
    const needles = observer.needles();
    const memory = copiesOf(countCopies(child.pid, needles));
    const core = prefix.length === 0 ? undefined : await dumpCore(child, observer.folder);
    const coreDump = core === undefined ? undefined : copiesOf(countCopiesInFile(core, needles));
    return { method, memory, coreDump };
  } finally {
    child.kill('SIGKILL');
    await observer.close();
  }
}

function copiesOf(counts: ReadonlyMap<string, number>): Copies {
  const of = (name: string): number => counts.get(name) ?? 0;
  return {
    prompt: of('prompt'),
    answer: of('answer'),
    aesKey: of('AES key'),
    privateKey: of('private key'),
  };
}

function start(
  { paths, addon, secureMemory }: Scenario,
  { url: baseUrl, ca, folder, root }: Watch,
  calls: number,
  prefix: readonly string[],
): ChildProcess {
  const orders: ChildOrders = { baseUrl, ca, keyDir: join(folder, 'keys'), calls, paths, secureMemory, root };
  const nodeArgs = secureMemory ? [] : NOTHING_COLLECTED;
  const [program = '', ...args] = [...prefix, process.execPath, ...nodeArgs, CHILD, ...writeOrders(orders)];
  return spawn(program, args, {
    cwd: folder,
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
