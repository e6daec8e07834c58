// The workspace, as the checks see it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../../..');

/** Where `pack.mjs` leaves the tarballs. */
export const tarballDir = join(import.meta.dirname, '.results', 'tarballs');

/** @returns folder, manifest, and the path of the tarball */
function packageAt(member) {
  const manifest = JSON.parse(readFileSync(join(root, member, 'package.json'), 'utf8'));
  const file = `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`;
  return { dir: join(root, member), member, manifest, tarball: join(tarballDir, file) };
}

/** The addon: published too, and under other rules, since it is CommonJS with a binary. */
export const addonPackage = () => packageAt('native');

/** The packages that are published, but for the addon. */
export function publicPackages() {
  return readdirSync(join(root, 'packages'))
    .map((name) => `packages/${name}`)
    .filter((member) => existsSync(join(root, member, 'package.json')))
    .map(packageAt)
    .filter(({ manifest }) => manifest.private !== true);
}
