// Compiles the lower layer for Windows with mingw-w64 and runs its unit tests under wine. That shows
// that the calls are right; it says nothing about a real working-set quota or crash report.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { has, packageDir, run } from './toolchain.mjs';

const COMPILER = 'x86_64-w64-mingw32-g++-posix';
const PACKAGES = ['g++-mingw-w64-x86-64-posix', 'wine64'];
const WINES = ['wine64', '/usr/lib/wine/wine64', 'wine'];
/** For the index and the packages, some 150 MB; where the network takes longer there is no test. */
const DOWNLOAD_MS = 150_000;
const outDir = join(packageDir, 'build-cpp');

const findWine = () => WINES.find((name) => has(name));
const ready = () => has(COMPILER) && findWine() !== undefined;

function skip(why) {
  console.log(`skipped: ${why}`);
  process.exit(0);
}

function install() {
  if (!has('apt-get')) skip('mingw-w64 and wine are not installed, and there is no apt-get');
  if (process.getuid?.() !== 0) skip('mingw-w64 and wine are not installed, and we are not root');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const aptGet = (args, options) => spawnSync('apt-get', args, { env, stdio: 'ignore', ...options });
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...PACKAGES];
  aptGet(['update', '-qq'], { timeout: DOWNLOAD_MS });
  // Only the download may be cut short: a half installed package stays in the way of others.
  const { status } = aptGet([...install, '--download-only'], { timeout: DOWNLOAD_MS });
  if (status === 0) aptGet(install);
  if (!ready()) skip(`apt-get could not install ${PACKAGES.join(' and ')}`);
}

if (!ready()) install();
mkdirSync(outDir, { recursive: true });

const binary = join(outDir, 'tests.exe');
const inSrc = (names) => names.map((name) => `src/${name}.cc`);
const inTest = (names) => names.map((name) => `test/cpp/${name}.cc`);
run(COMPILER, [
  ...['-std=c++17', '-fno-exceptions', '-Wall', '-Wextra', '-O1', '-static', '-D_WIN32_WINNT=0x0A00'],
  ...inSrc(['pages_win', 'locked_region', 'unlocked', 'arena', 'secure_bytes', 'der', 'openssl']),
  ...inSrc(['aes_cbc', 'aes_gcm', 'blinding_context', 'rsa', 'rsa_numbers', 'rsa_pkey']),
  ...inTest(['main', 'pages_test', 'locked_region_test', 'arena_test', 'der_test', 'crypto_test']),
  ...['-o', binary, '-lbcrypt'],
]);
// Outside of the repository: its links lead to the home folder and from there, for whoever follows them, back here.
const prefix = mkdtempSync(join(tmpdir(), 'nomyo-wine-'));
process.on('exit', () => rmSync(prefix, { recursive: true, force: true, maxRetries: 5 }));
run(findWine(), [binary], { env: { ...process.env, WINEDEBUG: '-all', WINEPREFIX: prefix } });
