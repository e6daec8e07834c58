// Rules about the repository itself: pure functions from texts to violations, a line each.

/** The entries allowed at the top, besides dotfiles and dotfolders. */
const TOP_LEVEL = [
  'packages',
  'native',
  'tools',
  'docs',
  'package.json',
  'pnpm-workspace.yaml',
  'pnpm-lock.yaml',
  'turbo.json',
  'tsconfig.base.json',
  'README.md',
  'SECURITY.md',
  'LICENSE',
];

const FULL_COMMIT = /^[0-9a-f]{40}$/;
const TASKS_WITH_TYPESCRIPT = ['build', 'typecheck', 'lint', 'test'];

/** @param {string[]} files every tracked or new file, from the root */
export function topLevelViolations(files) {
  const top = new Set(files.map((file) => file.split('/')[0]));
  return [...top]
    .filter((name) => !name.startsWith('.') && !TOP_LEVEL.includes(name))
    .map((name) => `${name}: does not belong at the top level`);
}

/** A lockfile without a host serves every mirror alike; every package in it has a strong hash. */
export function lockfileViolations(lockfile) {
  return lockfile
    .split('\n')
    .map((line, i) => [line, `pnpm-lock.yaml:${i + 1}`])
    .flatMap(([line, where]) => {
      if (/:\/\/|git\+|git@[a-z]|tarball:/.test(line)) {
        return [`${where}: comes from outside the registry: ${line.trim()}`];
      }
      const hash = /^ +resolution: \{integrity: sha512-/;
      return /^ +resolution:/.test(line) && !hash.test(line)
        ? [`${where}: has no SHA-512: ${line.trim()}`]
        : [];
    });
}

/** Every version of an outside dependency is exact, here or in the catalog. */
export function versionViolations(member, manifest) {
  const outside = { ...manifest.dependencies, ...manifest.devDependencies };
  return Object.entries(outside)
    .filter(([, range]) => !/^(catalog:|workspace:[*^]|(npm:[\w@/-]+@)?\d+\.\d+\.\d+(-[\w.]+)?)$/.test(range))
    .map(([name, range]) => `${member}: ${name} is not pinned: ${range}`);
}

/** Every entry of the catalog is one version. */
export function catalogViolations(workspaceYaml) {
  const catalog = workspaceYaml.match(/^catalog:\n((?: {2}.*\n)+)/m)?.[1] ?? '';
  return catalog
    .split('\n')
    .filter((line) => !/^ *(#|$)/.test(line) && !/: \d+\.\d+\.\d+(-[\w.]+)?$/.test(line))
    .map((line) => `pnpm-workspace.yaml: is not one version: ${line.trim()}`);
}

/** A member with TypeScript that lacks a task would be skipped without a word. */
export function scriptViolations(member, manifest, hasTypeScript) {
  const needed = hasTypeScript ? TASKS_WITH_TYPESCRIPT : ['test'];
  return needed
    .filter((task) => manifest.scripts?.[task] === undefined)
    .map((task) => `${member}: has no script ${task}`);
}

/** Actions are pinned by full commit, with the version in a comment; no workflow has permissions by default. */
export function workflowViolations(file, text) {
  const violations = [];
  for (const [line, action, version] of text.matchAll(/uses:\s*(\S+)(.*)/g)) {
    if (action.startsWith('./')) continue;
    if (!FULL_COMMIT.test(action.split('@')[1] ?? '')) {
      violations.push(`${file}: is not pinned by commit: ${line}`);
    }
    if (!/# v\d+/.test(version)) violations.push(`${file}: does not say its version: ${line}`);
  }
  if (!/^permissions: \{\}$/m.test(text)) violations.push(`${file}: permissions are not {} by default`);
  const jobs = text.split(/^jobs:$/m)[1] ?? '';
  const names = [...jobs.matchAll(/^ {2}([\w-]+):$/gm)].length;
  // A job that is another workflow of this repository has the limits of that one.
  const called = [...jobs.matchAll(/^ {4}uses: \.\//gm)].length;
  if ([...jobs.matchAll(/^ {4}timeout-minutes: \d+$/gm)].length !== names - called) {
    violations.push(`${file}: a job has no timeout-minutes`);
  }
  if ([...jobs.matchAll(/^ {4}permissions:/gm)].length !== names) {
    violations.push(`${file}: a job has no permissions of its own`);
  }
  const checkouts = [...jobs.matchAll(/uses: actions\/checkout@/g)].length;
  if ([...jobs.matchAll(/persist-credentials: false/g)].length !== checkouts) {
    violations.push(`${file}: a checkout keeps its credentials`);
  }
  return violations;
}

/** Comments that switch off a check for a whole line or file where the linter cannot see it. */
export function sourceViolations(file, text) {
  return text
    .split('\n')
    .map((line, i) => [line, i + 1])
    .filter(([line]) =>
      /eslint-disable(-next-line|-line)?\s*(\*\/|--|$)|@ts-nocheck|prettier-ignore/.test(line),
    )
    .map(([line, number]) => `${file}:${number}: switches everything off: ${line.trim()}`);
}
