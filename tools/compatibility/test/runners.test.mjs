import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routerMatchers, startTestRouter } from '@nomyo/router/testing';
import { install } from '../install.mjs';
import { SETS } from '../run.mjs';

const fixtures = join(import.meta.dirname, '../clients/runners');

/** Runs a file with a runner, beside the installed libraries. */
function runWith({ dir, node }, file, args) {
  const cwd = join(dir, 'runners');
  mkdirSync(cwd, { recursive: true });
  cpSync(fixtures, cwd, { recursive: true });
  const env = { PATH: process.env.PATH, HOME: cwd, NO_COLOR: '1', CI: '1' };
  const { status, stdout, stderr } = spawnSync(node, [...args, file], {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 120_000,
  });
  return { status, printed: stdout + stderr };
}

/** One test passes, and one fails, with the sentence of the matcher. */
const oneOfTwo = (passed, failed) => ({
  status: 1,
  printed: expect.stringMatching(
    new RegExp(`^(?=[^]*${passed.source})(?=[^]*${failed.source})(?=[^]*${SENTENCE.source})`),
  ),
});
const SENTENCE = /the router received 1 request; expected 2/;

describe('matchers of @nomyo/router/testing', () => {
  it.each(SETS)(
    'under Vitest (%s)',
    (set) => {
      const place = install(set);
      const vitest = join(place.dir, 'node_modules/vitest/vitest.mjs');
      const ran = runWith(place, 'vitest.test.mjs', [vitest, 'run', '--root', '.']);
      expect(ran).toEqual(oneOfTwo(/1 passed/, /1 failed/));
    },
    150_000,
  );

  it.each(SETS)(
    'under node:test, with the Node of %s',
    (set) => {
      const ran = runWith(install(set), 'node.test.mjs', ['--test', '--test-reporter=tap']);
      expect(ran).toEqual(oneOfTwo(/# pass 1/, /# fail 1/));
    },
    150_000,
  );

  describe('under Jest', () => {
    expect.extend(routerMatchers);
    let router;
    beforeAll(async () => {
      router = await startTestRouter();
    });
    afterAll(() => router.close());

    it('name what did not arrive', async () => {
      expect(router).toHaveReceivedTimes(0);
      await expect(router).not.toHaveReceived({ model: 'm' });
      await expect(expect(router).toHaveReceived({ model: 'm' })).rejects.toThrow('m');
      expect(() => expect(router).toHaveReceivedTimes(1)).toThrow();
    });
  });
});
