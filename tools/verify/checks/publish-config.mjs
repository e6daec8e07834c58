// Compares `publishConfig` of every published package with its `exports` and `imports`; `--write` puts it right.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { publicPackages } from './members.mjs';
import { publishConfigOf } from './rules/publish-config.mjs';

const stale = publicPackages().filter(
  ({ manifest }) => !isDeepStrictEqual(manifest.publishConfig, publishConfigOf(manifest)),
);
if (process.argv.includes('--write')) {
  for (const { dir, manifest } of stale) {
    const text = JSON.stringify({ ...manifest, publishConfig: publishConfigOf(manifest) }, undefined, 2);
    writeFileSync(join(dir, 'package.json'), `${text}\n`);
  }
} else {
  for (const { member } of stale) {
    console.error(`${member}: publishConfig does not match exports and imports`);
  }
  process.exitCode = stale.length > 0 ? 1 : 0;
}
