// The package managers that users have, each in the ways they install: what is written before, what is run, and how a
// script of the app is started afterwards.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const inside = (name, path) => join(import.meta.dirname, 'node_modules', name, path);

/** Programs of node_modules, run by the Node that runs this. */
const npm = (major) => [process.execPath, inside(`npm-${major}`, 'bin/npm-cli.js')];
const pnpm = [process.execPath, inside('pnpm', 'bin/pnpm.cjs')];
const classic = [process.execPath, inside('yarn', 'bin/yarn.js')];
const berry = [process.execPath, inside('@yarnpkg/cli-dist', 'bin/yarn.js')];

/** The binary exists for one platform here; elsewhere bun is left out. */
const bun = [inside('@oven/bun-linux-x64', 'bin/bun')];

const node = [process.execPath];
const npmrc = (url) => ({ '.npmrc': `registry=${url}/\nupdate-notifier=false\n` });
const yarnrc = (linker) => (url) => ({
  '.yarnrc.yml': [
    `nodeLinker: ${linker}`,
    `npmRegistryServer: '${url}'`,
    'unsafeHttpWhitelist: [127.0.0.1]',
    'enableTelemetry: false',
    // A package sees what it names, and never what the app happens to have.
    'pnpFallbackMode: none',
    '',
  ].join('\n'),
});

/** `first` makes the lockfile; `again` installs from it into an empty folder, one command a way. */
const npmWays = (major) => ({
  name: `npm ${major}`,
  program: npm(major),
  settings: npmrc,
  first: ['install'],
  again: [['ci'], ['install'], ['install', '--ignore-scripts']],
  run: node,
});

export const MANAGERS = [
  npmWays(10),
  npmWays(11),
  {
    name: 'pnpm 10',
    program: pnpm,
    settings: npmrc,
    first: ['install'],
    again: [['install', '--frozen-lockfile']],
    run: node,
  },
  {
    name: 'yarn classic',
    program: classic,
    settings: (url) => ({ '.yarnrc': `registry "${url}"\n` }),
    first: ['install'],
    again: [['install', '--frozen-lockfile']],
    run: node,
  },
  {
    name: 'yarn berry, node-modules',
    program: berry,
    settings: yarnrc('node-modules'),
    first: ['install'],
    again: [['install', '--immutable']],
    run: node,
  },
  {
    name: "yarn berry, Plug'n'Play",
    program: berry,
    settings: yarnrc('pnp'),
    first: ['install'],
    again: [['install', '--immutable']],
    run: [...berry, 'node'],
  },
  ...(existsSync(bun[0])
    ? [
        {
          name: 'bun',
          program: bun,
          settings: (url) => ({ 'bunfig.toml': `[install]\nregistry = "${url}/"\n` }),
          first: ['install'],
          again: [['install', '--frozen-lockfile']],
          run: node,
        },
      ]
    : []),
];
