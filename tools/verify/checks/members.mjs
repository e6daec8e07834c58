// The workspace, as the checks see it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../../..');

/** Where `pack.mjs` leaves the tarballs. */
export const tarballDir = join(import.meta.dirname, '.results', 'tarballs');

/** The addon: published too, and under other rules, since it is CommonJS with a binary. */
export const addonDir = join(root, 'native');

/** @returns the packages that are published: folder, manifest, and the name of the tarball */
export function publicPackages() {
  return readdirSync(join(root, 'packages'))
    .map((name) => `packages/${name}`)
    .filter((member) => existsSync(join(root, member, 'package.json')))
    .map((member) => {
      const manifest = JSON.parse(readFileSync(join(root, member, 'package.json'), 'utf8'));
      const file = `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`;
      return { dir: join(root, member), member, manifest, tarball: join(tarballDir, file) };
    })
    .filter(({ manifest }) => manifest.private !== true);
}
