// The commands of the README, on a fresh clone with nothing but Node, npm, git and a C++ compiler:
//
//   node tools/run.mjs demo    installs, builds, and shows one sealed answer
//   node tools/run.mjs test    installs, runs every check and every test; the last line is `N passed, N failed`
//   node tools/run.mjs release installs, builds and publishes what npm does not have: .github/workflows/release.yml
//   node tools/run.mjs release:dry does all that a release does but the publishing, and writes an SBOM
//
// pnpm comes through npx in the version that package.json names; turbo runs the tasks and remembers what passed.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { manifest, pnpm, root } from './pnpm.mjs';
import { leaksInOutput, watchForLeaks } from './verify/leaks/index.mjs';

/** Every task of `npm test`; a failing one never stops the others. */
const TASKS = [
  'build',
  'typecheck',
  'lint',
  'format',
  'layers',
  'unused',
  'repository',
  'tarballs',
  'test',
  'bench:short',
];

const COMMANDS = { demo, test, release, 'release:dry': releaseDry };
const command = COMMANDS[process.argv[2]];
if (command === undefined) stop(`usage: node tools/run.mjs ${Object.keys(COMMANDS).join('|')}`);
checkNode();
process.exitCode = await command();

function stop(message) {
  console.error(message);
  process.exit(2);
}

function checkNode() {
  const wanted = manifest.engines.node.match(/\d+/g).map(Number);
  const found = process.versions.node.split('.').map(Number);
  const tooOld = found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1]);
  if (tooOld) stop(`NOMYO.js needs Node ${wanted.join('.')} or later; this is ${process.version}.`);
}

/** pnpm itself knows, within a second, whether there is anything to do. */
function install() {
  console.log(`Installing what pnpm-lock.yaml names …`);
  return pnpm(['install', '--frozen-lockfile'], { quiet: true });
}

function demo() {
  if (!install()) return 1;
  console.log('Building …');
  if (!pnpm(['exec', 'turbo', 'run', 'build', '--filter=@nomyo/demo...'], { quiet: true })) return 1;
  const run = spawnSync(process.execPath, [join(root, 'tools/demo/dist/main.js')], {
    cwd: root,
    stdio: 'inherit',
  });
  return run.status ?? 1;
}

function release() {
  const steps = [
    ['exec', 'turbo', 'run', 'build', 'tarballs', '--force'],
    ['exec', 'changeset', 'publish'],
  ];
  return install() && steps.every((step) => pnpm(step)) ? 0 : 1;
}

/** Everything but the publishing: tarballs that pass their checks, provenance on, and what they bring along. */
function releaseDry() {
  const steps = [
    ['exec', 'turbo', 'run', 'build', 'tarballs'],
    ['--filter', '@nomyo/checks', 'run', 'sbom'],
  ];
  return install() && steps.every((step) => pnpm(step)) ? 0 : 1;
}

async function test() {
  if (!install()) return report([{ name: 'install', passed: 0, failed: 1 }]);
  console.log(`Running ${TASKS.join(', ')} …`);
  const runs = join(root, '.turbo', 'runs');
  rmSync(runs, { recursive: true, force: true });
  const flags = [
    '--continue=always',
    '--summarize',
    '--output-logs=errors-only',
    '--log-order=grouped',
    '--log-prefix=none',
    '--concurrency=100%',
  ];
  const endWatch = watchForLeaks(join(root, '.turbo', 'leaks.txt'));
  const passed = pnpm(['exec', 'turbo', 'run', ...TASKS, ...flags]);
  const tasks = readRuns(runs);
  const results = [...tasks.map(resultOf), leakResult(await endWatch(), tasks)];
  // Turbo itself can fail: a summary that is missing, or says nothing of a failure, must not look like success.
  if (tasks.length === 0 || (!passed && results.every(({ failed }) => failed === 0))) {
    results.push({ name: 'turbo', passed: 0, failed: 1 });
  }
  return report(results);
}

/** No secret of the tests was in a process listing, a file name, or anything that a task printed. */
function leakResult(seen, tasks) {
  const members = new Set(tasks.map(({ directory }) => join(root, directory)));
  const leaks = [...seen, ...leaksInOutput([...members])];
  for (const leak of leaks) console.error(`LEAKED: ${leak}`);
  return { name: 'leaks of the whole run', passed: leaks.length === 0 ? 1 : 0, failed: leaks.length };
}

/** The tasks of the run, as turbo's summary tells them. */
function readRuns(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .flatMap((file) => JSON.parse(readFileSync(join(dir, file), 'utf8')).tasks)
    .filter(({ command: script }) => script !== '<NONEXISTENT>');
}

/** A task of jest counts by its tests, every other task is one check. */
function resultOf({ task, taskId, directory, execution, cache }) {
  const ok = execution?.exitCode === 0;
  const name = `${taskId.replace('//#', 'root ').replace('#', ' ')}${cache.status === 'HIT' ? ' (unchanged)' : ''}`;
  const counts = join(root, directory, '.results', 'jest.json');
  if (task !== 'test' || !existsSync(counts)) return { name, passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
  const jest = JSON.parse(readFileSync(counts, 'utf8'));
  // A file that does not even load has no failed tests.
  const failed = jest.numFailedTests + jest.numRuntimeErrorTestSuites;
  const skipped = jest.numPendingTests;
  return { name, passed: jest.numPassedTests, failed: ok ? failed : Math.max(failed, 1), skipped };
}

function report(results) {
  for (const { name, passed, failed, skipped = 0 } of results.sort((a, b) => a.failed - b.failed)) {
    const left = skipped === 0 ? '' : `, ${skipped} SKIPPED: see tools/system-packages.mjs`;
    console.log(`${failed === 0 ? 'passed' : 'FAILED'}  ${name}: ${passed} passed, ${failed} failed${left}`);
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') === 0 ? 0 : 1;
}
