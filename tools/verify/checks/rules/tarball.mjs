// What a packed package must contain, and must not. Reads an unpacked tarball; names every violation.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { dependencyViolations } from './dependencies.mjs';
import { linkViolations } from './links.mjs';
import { withoutSource } from './publish-config.mjs';

const FORBIDDEN = [
  [/(^|\/)(test|tests|__tests__)\//, 'is a test'],
  [/\.test\.[cm]?[jt]s$/, 'is a test'],
  [/\.tsbuildinfo$/, 'is a by-product of the compiler'],
  // Examples bring their own, so that they can be copied.
  [/(?<!^examples\/)(?<=^|\/)(tsconfig|jest\.config|turbo)[^/]*$/, 'configures our tools'],
  [/(^|\/)\.[^/]+/, 'is hidden'],
  [/(^|\/)(binding\.gyp)$/, 'would make npm compile at install'],
  [/(^|\/)(client_keys|node_modules)\//, 'was never meant to be shipped'],
  [/\.(pem|key)$/, 'looks like a key'],
];

/** The fields behind a package's page on npm, besides the README, and those an install reads. */
const FIELDS = [
  'description',
  'license',
  'repository',
  'homepage',
  'bugs',
  'keywords',
  'engines',
  'files',
  'type',
];

const posix = (path) => path.replaceAll('\\', '/');

/** Every file below a folder, from there. */
export function filesOf(dir) {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix(join(entry.parentPath, entry.name).slice(dir.length + 1)))
    .sort();
}

/** Every path that a map of exports or imports leads to. */
function targetsOf(map) {
  if (typeof map === 'string') return map.startsWith('./') ? [map.slice(2)] : [];
  return map === undefined || map === null ? [] : Object.values(map).flatMap(targetsOf);
}

/** Sourcemaps must lead to sources inside the tarball, or a debugger shows nothing. */
function sourcemapViolations(dir, files) {
  return files
    .filter((file) => file.endsWith('.map'))
    .flatMap((file) => {
      const { sources, sourceRoot = '' } = JSON.parse(readFileSync(join(dir, file), 'utf8'));
      return sources
        .map((source) => posix(normalize(join(dirname(file), sourceRoot, source))))
        .filter((source) => !files.includes(source))
        .map((source) => `${file} leads to ${source}, which is not shipped`);
    });
}

function manifestViolations(manifest, original) {
  const violations = dependencyViolations(manifest);
  for (const field of ['exports', 'imports']) {
    if (!isDeepStrictEqual(manifest[field], withoutSource(original[field]))) {
      violations.push(`${field} are not those of package.json without @nomyo/source: manifests --write`);
    }
  }
  for (const field of FIELDS) {
    if (manifest[field] === undefined) violations.push(`package.json has no ${field}`);
  }
  if (JSON.stringify(manifest).includes('@nomyo/source')) {
    violations.push('@nomyo/source is left in package.json');
  }
  if (manifest.description === 'TBD') violations.push('the description is still to be written');
  return violations;
}

/**
 * @param {string} dir the unpacked tarball
 * @param {object} original package.json of the workspace
 * @param {string} license the text of the LICENSE that everything is under
 * @returns the violations, a line each
 */
export function tarballViolations(dir, original, license) {
  const files = filesOf(dir);
  const manifest = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
  const violations = manifestViolations(manifest, original);
  for (const file of files) {
    for (const [pattern, why] of FORBIDDEN) if (pattern.test(file)) violations.push(`${file} ${why}`);
  }
  for (const target of [...targetsOf(manifest.exports), ...targetsOf(manifest.imports)]) {
    if (!files.includes(target)) violations.push(`${target} is in exports or imports and not shipped`);
  }
  for (const entry of manifest.files ?? []) {
    const missing = !entry.startsWith('!') && !entry.includes('*') && !existsSync(join(dir, entry));
    if (missing) violations.push(`${entry} is listed in files and does not exist`);
  }
  if (!files.includes('README.md')) violations.push('README.md is missing');
  if (!files.includes('LICENSE')) violations.push('LICENSE is missing');
  else if (readFileSync(join(dir, 'LICENSE'), 'utf8') !== license) violations.push('LICENSE is another text');
  return [...violations, ...sourcemapViolations(dir, files), ...linkViolations(dir, files)];
}
