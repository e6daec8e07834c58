// Debian packages that some tests want and no test needs: without them these tests are skipped, and `npm test` says
// how many. Run by .ci/run; it installs what is missing where it may (root, apt-get), and names it otherwise.
import { spawnSync } from 'node:child_process';

/** By the package: how a test finds out whether its program is there. */
const PACKAGES = {
  chromium: ['chromium', '--version'],
  'redis-server': ['redis-server', '--version'],
  tmux: ['tmux', '-V'],
  zsh: ['zsh', '--version'],
  fish: ['fish', '--version'],
};

const runs = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const names = Object.keys(PACKAGES).filter((name) => !runs(...PACKAGES[name]));

function install() {
  const options = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  const aptGet = (...args) => spawnSync('apt-get', ['-qq', ...args], options).status === 0;
  return aptGet('update') && aptGet('install', '-y', '--no-install-recommends', ...names);
}

if (names.length > 0) {
  const mayInstall = process.getuid?.() === 0 && runs('apt-get', '--version');
  const installed = mayInstall && install();
  console.log(`${installed ? 'Installed' : 'Not installed, so tests are skipped'}: ${names.join(', ')}`);
}
