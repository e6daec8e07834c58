// Checks every packed package: our own rules, publint, and "are the types wrong" for ES modules.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { addonPackage, publicPackages, root } from './members.mjs';
import { linkViolations } from './rules/links.mjs';
import { filesOf, tarballViolations } from './rules/tarball.mjs';

const require = createRequire(import.meta.url);
const attw = join(dirname(require.resolve('@arethetypeswrong/cli/package.json')), 'dist/index.js');
const license = readFileSync(join(root, 'LICENSE'), 'utf8');

function unpack(tarball, scratch, name) {
  const dir = join(scratch, name);
  mkdirSync(dir, { recursive: true });
  const run = spawnSync('tar', ['-xzf', '-', '--strip-components=1'], {
    cwd: dir,
    input: readFileSync(tarball),
  });
  if (run.status !== 0) throw new Error(`tar cannot read ${tarball}: ${run.stderr}`);
  return dir;
}

async function publintViolations(dir) {
  const { messages, pkg } = await publint({ pkgDir: dir, pack: false, strict: true });
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`);
}

function attwViolations(tarball) {
  const args = [attw, '--profile', 'esm-only', '--format', 'ascii', '--no-color', '--no-emoji', tarball];
  const run = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return run.status === 0 ? [] : [`attw:\n${run.stdout}${run.stderr}`];
}

/** The addon's package is CommonJS with a binary: of these rules, the links are for it. */
function addonViolations(scratch) {
  const { tarball, member } = addonPackage();
  const dir = unpack(tarball, scratch, member);
  return linkViolations(dir, filesOf(dir));
}

function report(member, violations) {
  for (const violation of violations) console.error(`${member}: ${violation}`);
  if (violations.length > 0) process.exitCode = 1;
}

const scratch = mkdtempSync(join(tmpdir(), 'nomyo-tarballs-'));
try {
  for (const { manifest, member, tarball } of publicPackages()) {
    const dir = unpack(tarball, scratch, member);
    report(member, [
      ...tarballViolations(dir, manifest, license),
      ...(await publintViolations(dir)),
      ...attwViolations(tarball),
    ]);
  }
  report('native', addonViolations(scratch));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
