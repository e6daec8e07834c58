// Compiles the lower layer with its unit tests and runs them three times: under AddressSanitizer
// (with LeakSanitizer) and UndefinedBehaviorSanitizer, under ThreadSanitizer where it works, and
// under valgrind where it is installed. With `--plain` they run once, as they are: what `npm test` does.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { has, packageDir, run } from './toolchain.mjs';

const compiler = process.env.CXX ?? 'g++';
const outDir = join(packageDir, 'build-cpp');
const isPlain = process.argv.includes('--plain');
const sources = ['src', 'test/cpp'].flatMap((dir) =>
  readdirSync(join(packageDir, dir))
    .filter((name) => name.endsWith('.cc'))
    .map((name) => join(dir, name)),
);

function build(name, flags) {
  const binary = join(outDir, name);
  const always = ['-std=c++17', '-Wall', '-Wextra', '-Wpedantic', '-Werror', '-g', isPlain ? '-O0' : '-O1'];
  console.log(`-- ${name}: ${compiler} ${flags.join(' ')}`);
  run(compiler, [...always, ...flags, ...sources, '-o', binary, '-ldl', '-lpthread']);
  return binary;
}

/** Some kernels lay out memory in a way that ThreadSanitizer of older compilers cannot use. */
function runIfThreadSanitizerWorks(binary) {
  const { status, stdout, stderr } = spawnSync(binary, { encoding: 'utf8', cwd: packageDir });
  if (/FATAL: ThreadSanitizer/.test(stderr)) {
    console.log('skipped: ThreadSanitizer does not run on this kernel');
    return;
  }
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  if (status !== 0) process.exit(status ?? 1);
}

mkdirSync(outDir, { recursive: true });

if (isPlain) {
  run(build('tests-short', []), []);
  process.exit();
}

const sanitized = build('tests-asan', [
  '-fsanitize=address,undefined',
  '-fno-sanitize-recover=all',
  '-fno-omit-frame-pointer',
]);
run(sanitized, [], { env: { ...process.env, ASAN_OPTIONS: 'detect_leaks=1' } });

runIfThreadSanitizerWorks(build('tests-tsan', ['-fsanitize=thread']));

const plain = build('tests-plain', []);
if (has('valgrind')) {
  // "Possibly lost" are the C library's own thread and dlopen tables.
  const leaks = ['--leak-check=full', '--show-leak-kinds=definite', '--errors-for-leak-kinds=definite'];
  const quiet = ['--quiet', '--child-silent-after-fork=yes', '--error-exitcode=1'];
  run('valgrind', [...quiet, ...leaks, plain]);
} else {
  console.log('skipped: valgrind is not installed');
  run(plain, []);
}
