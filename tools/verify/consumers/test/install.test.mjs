import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { App } from '../app.mjs';
import { MANAGERS } from '../managers.mjs';
import { openRegistry } from '../registry.mjs';
import { LOADER, packForeign, tarballOf } from '../tarballs.mjs';

const OURS = [
  '@nomyo/base',
  '@nomyo/crypto',
  '@nomyo/keystore',
  '@nomyo/transport',
  'nomyo-js',
  'nomyo-native',
];

let registry;
beforeAll(async () => {
  registry = await openRegistry([...OURS.map((name) => tarballOf(name)), packForeign(LOADER, 'native')]);
});
afterAll(() => registry.close());

/** Output no user should see: that a script would have run, was kept from running, or does not fit. */
const WORRYING = /warn|error|deprecat|script|gyp|unmet|peer/i;
/** Yarn says this of every ES module under Plug'n'Play, and that it said something. */
const OF_YARN = /YN0092: .* ESM support for PnP|Done with warnings/;
const worrying = ({ stdout, stderr }) =>
  `${stdout}\n${stderr}`.split('\n').filter((line) => WORRYING.test(line) && !OF_YARN.test(line));

const printed = (...lines) => ({ status: 0, stdout: lines.map((line) => `${line}\n`).join(''), stderr: '' });

describe.each(MANAGERS)('nomyo-js and nomyo-native by $name', (manager) => {
  let app;
  beforeEach(() => {
    const ours = ['nomyo-js', 'nomyo-native', '@nomyo/crypto'];
    app = new App(manager, registry, Object.fromEntries(ours.map((name) => [name, '^0.1.0'])));
  });
  afterEach(() => app.dispose());

  async function expectInstalled(args) {
    const run = await app.install(args);
    expect({ ...run, worrying: worrying(run) }).toMatchObject({ status: 0, worrying: [] });
    expect(await app.start('memory.mjs')).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^mlock\nstarts\n.*nomyo-native/),
      stderr: '',
    });
    expect(app.compilersCalled).toEqual([]);
  }

  it('install without a warning, compile nothing and lock memory: first, and from the lockfile', async () => {
    await expectInstalled(manager.first);
    for (const way of manager.again) {
      app.clean();
      await expectInstalled(way);
    }
    expect(await app.start('one-copy.mjs')).toEqual(printed('true', 'true true'));
  });
});
