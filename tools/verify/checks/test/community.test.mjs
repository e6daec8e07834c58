import { describe, expect, it } from '@jest/globals';
import * as rules from '../rules/community.mjs';

const DECISION = '# A title\n\n## Context\n\nWhy.\n\n## Decision\n\nWhat.\n\n## Consequences\n\nThen.\n';

describe('a decision', () => {
  it('passes with its three sections', () => {
    expect(rules.decisionViolations('a.md', DECISION)).toEqual([]);
  });

  it.each([
    ['no title', DECISION.replace('# A title\n', ''), 'must begin'],
    ['a missing section', DECISION.replace('## Decision\n\nWhat.\n\n', ''), 'must have the sections'],
    ['sections in another order', DECISION.replace('Context', 'Consequences'), 'must have the sections'],
    ['an empty section', DECISION.replace('What.', ''), 'empty section'],
  ])('fails with %s', (_name, text, says) => {
    expect(rules.decisionViolations('a.md', text)).toEqual([expect.stringContaining(says)]);
  });
});

it('a devcontainer is JSON, and installs from the lockfile with the pinned pnpm', () => {
  const manifest = { packageManager: 'pnpm@1.2.3' };
  const text = (command) => JSON.stringify({ image: 'node:24-bookworm', postCreateCommand: command });
  const check = (json) => rules.devcontainerViolations(json, manifest);
  expect(check(text('npx --yes pnpm@1.2.3 install --frozen-lockfile'))).toEqual([]);
  expect(check(text('npx --yes pnpm@1.2.4 install --frozen-lockfile'))).toHaveLength(1);
  expect(check('{,}')).toEqual(['.devcontainer/devcontainer.json: is not JSON']);
});

it('code owners own what exists', () => {
  const files = ['packages/crypto/a.ts'];
  expect(rules.ownerViolations('# x\n* @a/b\n/packages/crypto/ @a/c\n', files)).toEqual([]);
  expect(rules.ownerViolations('/packages/gone/ @a/b\n/packages/crypto/\n', files)).toEqual([
    'CODEOWNERS: there is no /packages/gone/',
    'CODEOWNERS: /packages/crypto/ has no owner',
  ]);
});

it('an issue template says what it is for', () => {
  expect(rules.issueTemplateViolations('a.md', '---\nname: A\nabout: B\n---\n')).toEqual([]);
  expect(rules.issueTemplateViolations('a.md', '---\nname: A\n---\nabout: B\n')).toEqual([
    'a.md: has no about',
  ]);
});
