/** Core dumps (core(5)), where this system writes them into the folder of the process. */
import { spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const PATTERN = '/proc/sys/kernel/core_pattern';

/** The command that starts a process that may dump core; undefined where the dump would not be in its folder. */
export function dumpingPrefix(): readonly string[] | undefined {
  const staysHere = existsSync(PATTERN) && !/[|/]/.test(readFileSync(PATTERN, 'utf8'));
  const hasPrlimit = spawnSync('prlimit', ['--version'], { stdio: 'ignore' }).status === 0;
  return staysHere && hasPrlimit ? ['prlimit', '--core=unlimited', '--'] : undefined;
}

/** Ends a stopped process and gives the path of its core dump. */
export async function dumpCore(child: ChildProcess, folder: string): Promise<string> {
  const ended = once(child, 'exit');
  child.kill('SIGABRT');
  child.kill('SIGCONT');
  await ended;
  const core = (await readdir(folder)).find((name) => name.startsWith('core'));
  if (core === undefined) throw new Error('the process left no core dump');
  return join(folder, core);
}
