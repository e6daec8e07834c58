// Compares what is derived in the manifests and READMEs of the published packages with what it comes from: where the
// project lives (package.json at the root), and `publishConfig` (from `exports` and `imports`). `--write` puts it right.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { addonPackage, publicPackages, root } from './members.mjs';
import { projectFields, withProjectUrl } from './rules/project.mjs';
import { publishConfigOf } from './rules/publish-config.mjs';

const readManifest = (dir) => JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
const rootManifest = readManifest(root);

const { dir: addonDir, member: addon } = addonPackage();
const members = [
  ...publicPackages().map(({ dir, member }) => ({
    dir,
    member,
    publishConfig: publishConfigOf(readManifest(dir)),
  })),
  { dir: addonDir, member: addon },
];

/** The files of a member whose text is not what it should be, with the right one. */
function staleFiles({ dir, member, ...derived }) {
  const manifest = readManifest(dir);
  const wanted = { ...manifest, ...projectFields(rootManifest, member), ...derived };
  const readme = readFileSync(join(dir, 'README.md'), 'utf8');
  const texts = [
    !isDeepStrictEqual(manifest, wanted) && ['package.json', `${JSON.stringify(wanted, undefined, 2)}\n`],
    readme !== withProjectUrl(readme, rootManifest) && ['README.md', withProjectUrl(readme, rootManifest)],
  ];
  return texts.filter(Boolean).map(([name, text]) => ({ name: `${member}/${name}`, text }));
}

for (const { name, text } of members.flatMap(staleFiles)) {
  if (process.argv.includes('--write')) {
    writeFileSync(join(root, name), text);
  } else {
    console.error(`${name} is stale: pnpm --filter @nomyo/checks manifests --write`);
    process.exitCode = 1;
  }
}
