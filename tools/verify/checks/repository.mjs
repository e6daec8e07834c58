// Checks the repository against rules/repository.mjs and rules/community.mjs.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './members.mjs';
import * as community from './rules/community.mjs';
import * as rules from './rules/repository.mjs';

/** Everything that is tracked, or would be after `git add .`. */
function files() {
  const git = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  if (git.status !== 0) throw new Error(`git ls-files failed: ${git.stderr}`);
  return git.stdout.split('\n').filter((file) => file !== '' && existsSync(join(root, file)));
}

const read = (file) => readFileSync(join(root, file), 'utf8');

function memberViolations(manifestFile) {
  const member = manifestFile.replace(/\/?package\.json$/, '') || '.';
  const manifest = JSON.parse(read(manifestFile));
  const hasTypeScript = existsSync(join(root, member, 'tsconfig.json'));
  return [
    ...rules.versionViolations(member, manifest),
    ...(member === '.' ? [] : rules.scriptViolations(member, manifest, hasTypeScript)),
  ];
}

const all = files();
const matching = (pattern) => all.filter((file) => pattern.test(file));
const violations = [
  ...rules.topLevelViolations(all),
  ...rules.lockfileViolations(read('pnpm-lock.yaml')),
  ...rules.catalogViolations(read('pnpm-workspace.yaml')),
  ...matching(/^((packages|tools|tools\/verify)\/[^/]+\/|native\/)?package\.json$/).flatMap(memberViolations),
  ...matching(/^\.github\/workflows\/.*\.ya?ml$/).flatMap((file) =>
    rules.workflowViolations(file, read(file)),
  ),
  ...matching(/^(packages|tools|native)\/.*\.[cm]?[jt]s$/)
    .filter((file) => !file.startsWith('tools/verify/checks/'))
    .flatMap((file) => rules.sourceViolations(file, read(file))),
  ...matching(/^docs\/decisions\/(?!README).*\.md$/).flatMap((file) =>
    community.decisionViolations(file, read(file)),
  ),
  ...matching(/^\.github\/ISSUE_TEMPLATE\/.*\.md$/).flatMap((file) =>
    community.issueTemplateViolations(file, read(file)),
  ),
  ...community.devcontainerViolations(
    read('.devcontainer/devcontainer.json'),
    JSON.parse(read('package.json')),
  ),
  ...community.ownerViolations(read('.github/CODEOWNERS'), all),
];
for (const violation of violations) console.error(violation);
process.exitCode = violations.length > 0 ? 1 : 0;
