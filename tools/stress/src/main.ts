/** `pnpm stress:NAME`: runs one of the programs below, with the arguments and the exit code that are its own. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface Program {
  /** From the root of the repository. */
  readonly file: string;
  /** Arguments placed before the caller's. */
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const PROGRAMS: Readonly<Record<string, Program>> = {
  // Every bit, line and cut of an audit log of 500 lines; `npm test` takes a sample.
  audit: {
    file: 'tools/jest.mjs',
    args: ['audit.test', '-t', 'a log of 500 lines'],
    cwd: 'packages/nomyo-js',
    env: { NOMYO_SWEEP: 'all' },
  },
  batch: { file: 'tools/stress/dist/batch/main.js' },
  chaos: { file: 'tools/stress/dist/chaos/main.js' },
  fuzz: { file: 'tools/stress/dist/fuzz/main.js' },
  gateway: { file: 'tools/stress/dist/gateway/main.js' },
  soak: { file: 'tools/stress/dist/soak/main.js' },
  // Kills processes that replace key files.
  kill9: { file: 'packages/keystore/test/kill9.mjs' },
  // Every bit of every wrapped key; `npm test` takes a sample.
  sweep: {
    file: 'tools/jest.mjs',
    args: ['wrapped-key-flips'],
    cwd: 'packages/crypto',
    env: { NOMYO_SWEEP: 'all' },
  },
  v2: { file: 'tools/stress/dist/v2/main.js' },
  'v2-chaos': { file: 'tools/stress/dist/chaos-v2/main.js' },
};

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

function run({ file, args = [], cwd = '.', env = {} }: Program, more: readonly string[]): number {
  const { status } = spawnSync(process.execPath, [fromRoot(file), ...args, ...more], {
    cwd: fromRoot(cwd),
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  return status ?? 1;
}

function start(name: string, args: readonly string[]): number {
  const program = Object.hasOwn(PROGRAMS, name) ? PROGRAMS[name] : undefined;
  if (program !== undefined) return run(program, args);
  console.error(`usage: pnpm stress:NAME, where NAME is one of ${Object.keys(PROGRAMS).join(', ')}`);
  return 2;
}

const [name = '', ...args] = process.argv.slice(2);
process.exitCode = start(name, args);
