import { describe, expect, it } from '@jest/globals';
import * as rules from '../rules/repository.mjs';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

const WORKFLOW = `name: CI
permissions: {}
jobs:
  test:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@${COMMIT} # v5.0.0
        with:
          persist-credentials: false
`;

describe('the rules for the repository', () => {
  it('know the entries at the top', () => {
    expect(rules.topLevelViolations(['README.md', '.gitignore', '.github/x.yml', 'packages/a/b.ts'])).toEqual(
      [],
    );
    expect(rules.topLevelViolations(['jest.config.mjs'])).toEqual([
      'jest.config.mjs: does not belong at the top level',
    ]);
  });

  it.each([
    '    resolution: {integrity: sha512-AAAA}',
    `  '@changesets/git@3.0.4':`,
    '        version: link:../crypto',
    '      specifier: workspace:^',
  ])('accept the line of a lockfile: %s', (line) => {
    expect(rules.lockfileViolations(line)).toEqual([]);
  });

  it.each([
    '    resolution: {integrity: sha512-AAAA, tarball: https://mirror.example/a.tgz}',
    '    resolution: {tarball: file:a.tgz}',
    '      version: git+ssh://git@github.com/a/b#c',
    '      version: https://codeload.github.com/a/b/tar.gz/c',
    '    resolution: {integrity: sha1-AAAA}',
    '    resolution: {commit: abc, repo: git@github.com:a/b.git, type: git}',
  ])('refuse the line of a lockfile: %s', (line) => {
    expect(rules.lockfileViolations(`lockfileVersion: '9.0'\n${line}\n`)).toHaveLength(1);
  });

  it('require one version of everything', () => {
    const versions = (range) => rules.versionViolations('packages/a', { devDependencies: { b: range } });
    for (const range of ['catalog:', 'workspace:*', 'workspace:^', '1.2.3', '1.2.3-rc.1']) {
      expect(versions(range)).toEqual([]);
    }
    for (const range of [
      '^1.2.3',
      '~1.2.3',
      '1.x',
      '*',
      'latest',
      'github:a/b',
      'https://a/b.tgz',
      '>=1.0.0',
    ]) {
      expect(versions(range)).toEqual([`packages/a: b is not pinned: ${range}`]);
    }
    expect(
      rules.catalogViolations(
        `packages:\n  - a\n\ncatalog:\n  # Why.\n  a: 1.2.3\n  '@b/c': ^1.2.3\n\nother: 1\n`,
      ),
    ).toEqual([`pnpm-workspace.yaml: is not one version: '@b/c': ^1.2.3`]);
  });

  it('require every task in every member', () => {
    const scripts = { build: '', typecheck: '', lint: '', test: '' };
    expect(rules.scriptViolations('packages/a', { scripts }, true)).toEqual([]);
    expect(rules.scriptViolations('packages/a', { scripts: { ...scripts, lint: undefined } }, true)).toEqual([
      'packages/a: has no script lint',
    ]);
    expect(rules.scriptViolations('tools/a', {}, false)).toEqual(['tools/a: has no script test']);
  });

  it('accept a careful workflow', () => {
    expect(rules.workflowViolations('ci.yml', WORKFLOW)).toEqual([]);
  });

  it.each([
    [`@${COMMIT} # v5.0.0`, '@v5 # v5.0.0', /not pinned by commit/],
    [`@${COMMIT}`, `@${COMMIT.slice(0, 8)}`, /not pinned by commit/],
    [' # v5.0.0', '', /does not say its version/],
    ['permissions: {}', 'permissions: write-all', /not {} by default/],
    ['    timeout-minutes: 30\n', '', /no timeout-minutes/],
    ['    permissions:\n      contents: read\n', '', /no permissions of its own/],
    ['false', 'true', /keeps its credentials/],
  ])('refuse a workflow with %j turned into %j', (sound, spoilt, violation) => {
    expect(rules.workflowViolations('ci.yml', WORKFLOW.replace(sound, spoilt))).toEqual([
      expect.stringMatching(violation),
    ]);
  });

  it.each([
    '/* eslint-disable */',
    'f(); // eslint-disable-line',
    '// eslint-disable-next-line -- why',
    '// @ts-nocheck',
  ])('find %s', (line) => {
    expect(rules.sourceViolations('a.ts', `\n${line}`)).toEqual([`a.ts:2: switches everything off: ${line}`]);
  });

  it('allow a rule to be switched off with a reason', () => {
    expect(
      rules.sourceViolations('a.ts', '// eslint-disable-next-line no-console -- people read it'),
    ).toEqual([]);
  });
});
