// Packs every published package the way a release does, into .results/tarballs.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { addonPackage, publicPackages, tarballDir } from './members.mjs';

rmSync(tarballDir, { recursive: true, force: true });
mkdirSync(tarballDir, { recursive: true });
for (const { dir } of [...publicPackages(), addonPackage()]) {
  // `pnpm run pack` says where pnpm is.
  const pnpm = [process.env.npm_execpath, 'pack', '--pack-destination', tarballDir];
  const run = spawnSync(process.execPath, pnpm, { cwd: dir, encoding: 'utf8' });
  if (run.status === 0) continue;
  console.error(`${dir}: pnpm pack failed\n${run.stdout}${run.stderr}`);
  process.exitCode = 1;
}
