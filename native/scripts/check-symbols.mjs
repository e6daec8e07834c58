// The Linux binaries must load on systems as old as those that Node 20 itself supports: no symbol
// version above GLIBC_2.28 and the libstdc++ of GCC 8 (RHEL 8, Debian 10). And nothing of OpenSSL
// may be linked: it is looked up at run time, so that a runtime without it still loads the addon.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

import { packageDir } from './toolchain.mjs';

const NEWEST = { GLIBC: '2.28', GLIBCXX: '3.4.25', CXXABI: '1.3.11' };
const FOREIGN = /\b(EVP|BN|RSA|PKCS5|OPENSSL|OSSL|CRYPTO|ERR|RAND)_\w+/;

const byNumber = (a, b) => {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  const differs = left.findIndex((part, i) => part !== (right[i] ?? 0));
  return differs < 0 ? left.length - right.length : left[differs] - (right[differs] ?? 0);
};

function violations(path) {
  const { stdout, status, error } = spawnSync('objdump', ['-T', path], { encoding: 'utf8' });
  if (error ?? status !== 0) return [`objdump cannot read ${path}`];
  return stdout.split('\n').flatMap((line) => {
    const found = line.includes('*UND*') && FOREIGN.exec(line) ? [`links ${line.trim()}`] : [];
    for (const [, family, version] of line.matchAll(/\b(GLIBC|GLIBCXX|CXXABI)_([\d.]+)/g)) {
      if (byNumber(version, NEWEST[family]) > 0) found.push(`needs ${line.trim()}`);
    }
    return found;
  });
}

export function checkPrebuilds() {
  const dir = join(packageDir, 'prebuilds');
  const binaries = existsSync(dir)
    ? readdirSync(dir, { recursive: true })
        .map((name) => join(dir, name))
        .filter((name) => name.endsWith('.node'))
    : [];
  for (const path of binaries) {
    const name = relative(packageDir, path);
    const bad = name.includes('linux') ? violations(path) : [];
    for (const reason of bad) console.error(`${name}: ${reason}`);
    if (bad.length > 0) process.exitCode = 1;
    else console.log(`${name}: ${statSync(path).size} bytes, symbols as old as promised`);
  }
  if (binaries.length === 0) {
    console.error('prebuilds/ holds no binary: run the prebuild script first');
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) checkPrebuilds();
