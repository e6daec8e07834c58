// Node processes of their own: for what must crash, for limits, and for memory that is scanned.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const children = join(dirname(fileURLToPath(import.meta.url)), '../children');

/** Jest's own switches are not meant for children. */
const env = { ...process.env, NODE_OPTIONS: '' };

const has = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;

export const canLimit = process.platform === 'linux' && has('prlimit') && has('setpriv');

/**
 * Limits for one child. Root is not held to RLIMIT_MEMLOCK while it has CAP_IPC_LOCK, so that the
 * capability is dropped for good.
 */
export function limited(limits) {
  const prlimit = ['prlimit', ...limits, '--'];
  return process.getuid() === 0
    ? [...prlimit, 'setpriv', '--bounding-set=-ipc_lock', '--inh-caps=-all', '--']
    : prlimit;
}

/** An ordinary user, who may lock `bytes`. */
export function ordinaryUser(bytes) {
  const limit = ['prlimit', `--memlock=${bytes}:${bytes}`, '--'];
  return process.getuid() === 0
    ? [...limit, 'setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--']
    : limit;
}

function commandLine(script, { args = [], nodeArgs = [], prefix = [] }) {
  return [...prefix, process.execPath, ...nodeArgs, join(children, script), ...args];
}

/** Runs a script of test/children to its end. */
export function runChild(script, options = {}) {
  const [command, ...args] = commandLine(script, options);
  return spawnSync(command, args, {
    encoding: 'utf8',
    env,
    cwd: options.cwd,
    timeout: 100_000,
    maxBuffer: 16 * 1024 * 1024,
  });
}

/** What the script printed, as JSON. */
export function jsonOfChild(script, options) {
  const { status, signal, stdout, stderr } = runChild(script, options);
  if (status !== 0) throw new Error(`${script} ended with ${signal ?? status}: ${stderr}`);
  return JSON.parse(stdout);
}

/** A script that answers messages; `ask` sends one and waits for the answer. */
export function startChild(script, options = {}) {
  const [command, ...args] = commandLine(script, options);
  const child = spawn(command, args, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  return {
    pid: child.pid,
    async ask(message) {
      child.send(message);
      const [answer] = await Promise.race([
        once(child, 'message'),
        once(child, 'exit').then(([code, signal]) => {
          throw new Error(`${script} ended with ${signal ?? code}`);
        }),
      ]);
      return answer;
    },
    async end() {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}

/** Calls back with an empty directory that is removed afterwards. */
export async function withTempDir(use) {
  const dir = mkdtempSync(join(tmpdir(), 'nomyo-native-'));
  try {
    return await use(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
