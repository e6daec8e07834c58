// A small workspace with the names and the shape of ours is written into a temporary folder. As it stands it breaks
// no layer; then every rule is broken once, and must be reported at the file that breaks it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const root = resolve(import.meta.dirname, '../../../..');
const depcruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

const manifest = (name, entries, more = {}) =>
  JSON.stringify({
    name,
    version: '0.0.0',
    type: 'module',
    exports: Object.fromEntries(entries.map(([path, file]) => [path, { '@nomyo/source': file }])),
    ...more,
  });

const runtime = {
  '#runtime': {
    '@nomyo/source': { browser: './src/runtime/runtime.web.ts', node: './src/runtime/runtime.node.ts' },
  },
};

const SOUND = {
  'packages/base/package.json': manifest('@nomyo/base', [['.', './src/index.ts']], {
    devDependencies: { 'dev-tool': '1.0.0' },
  }),
  'packages/base/src/index.ts': 'export const code = 1;\n',
  'packages/crypto/package.json': manifest(
    '@nomyo/crypto',
    [
      ['.', './src/index.ts'],
      ['./errors', './src/errors.ts'],
    ],
    { imports: runtime, devDependencies: { 'dev-tool': '1.0.0' } },
  ),
  'packages/crypto/src/index.ts': `export * from './errors.js';\nexport { seal } from '#runtime';\n`,
  'packages/crypto/src/errors.ts': `export { code } from '@nomyo/base';\n`,
  'packages/crypto/src/bytes.ts': 'export const wipe = 1;\n',
  'packages/crypto/src/runtime/runtime.node.ts': `import { createHash } from 'node:crypto';\nimport { wipe } from '../bytes.js';\nexport const seal = [createHash, wipe];\n`,
  'packages/crypto/src/runtime/runtime.web.ts': `import { wipe } from '../bytes.js';\nexport const seal = wipe;\n`,
  'packages/keystore/package.json': manifest('@nomyo/keystore', [['.', './src/index.ts']]),
  'packages/keystore/src/index.ts': `export { seal } from '@nomyo/crypto';\n`,
  'packages/transport/package.json': manifest('@nomyo/transport', [['.', './src/index.ts']]),
  'packages/transport/src/index.ts': `export { code } from '@nomyo/base';\n`,
  'packages/nomyo-js/package.json': manifest('nomyo-js', [['.', './src/index.ts']], {
    devDependencies: { 'rate-limiter-flexible': '1.0.0' },
    peerDependencies: { 'rate-limiter-flexible': '1.0.0' },
  }),
  'packages/nomyo-js/src/index.ts': `import '@nomyo/crypto';\nimport '@nomyo/keystore';\nexport * from '@nomyo/transport';\n`,
  'packages/nomyo-js/test/client.test.ts': `import '@nomyo/router/testing';\nimport '../src/index.js';\n`,
  'packages/router/package.json': manifest('@nomyo/router', [['./testing', './src/testing/index.ts']]),
  'packages/router/src/testing/index.ts': `import 'node:http';\nimport '@nomyo/crypto';\nexport const start = 1;\n`,
  'tools/demo/package.json': manifest('@nomyo/demo', [['.', './src/main.ts']]),
  'tools/demo/src/main.ts': `import '@nomyo/router/testing';\nimport 'nomyo-js';\n`,
  'native/package.json': manifest('nomyo-native', [['.', './index.js']]),
  'native/index.js': 'export const lock = 1;\n',
  'packages/nomyo-js/src/redis-rate-limit.ts': `import { Redis } from 'rate-limiter-flexible';\nexport const limit = Redis;\n`,
  'node_modules/rate-limiter-flexible/package.json': JSON.stringify({
    name: 'rate-limiter-flexible',
    version: '1.0.0',
    main: 'index.js',
  }),
  'node_modules/rate-limiter-flexible/index.js': 'exports.Redis = 1;\n',
  'node_modules/dev-tool/package.json': JSON.stringify({
    name: 'dev-tool',
    version: '1.0.0',
    main: 'index.js',
  }),
  'node_modules/dev-tool/index.js': 'module.exports = 1;\n',
};

const MEMBERS = {
  '@nomyo/base': 'packages/base',
  '@nomyo/crypto': 'packages/crypto',
  '@nomyo/keystore': 'packages/keystore',
  '@nomyo/transport': 'packages/transport',
  'nomyo-js': 'packages/nomyo-js',
  'nomyo-native': 'native',
  '@nomyo/router': 'packages/router',
  '@nomyo/demo': 'tools/demo',
};

let workspace;

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'nomyo-layers-'));
  write(SOUND);
  for (const [name, folder] of Object.entries(MEMBERS)) {
    const link = join(workspace, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(workspace, folder), link, 'junction');
  }
});

afterEach(() => rmSync(workspace, { recursive: true, force: true }));

function write(files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    writeFileSync(join(workspace, path), text);
  }
}

/** The violations as `rule: file`. */
function cruise(runtime) {
  const config = join(root, `tools/config/layers.${runtime}.cjs`);
  const run = spawnSync(
    process.execPath,
    [depcruise, '--config', config, '--output-type', 'json', 'packages', 'tools', 'native'],
    { cwd: workspace, encoding: 'utf8' },
  );
  const { summary } = JSON.parse(run.stdout);
  return new Set(summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`));
}

/** Each rule, and an import that breaks it. */
const BREAKS = [
  ['keystore-never-meets-transport', 'packages/keystore/src/a.ts', `import '@nomyo/transport';`],
  ['transport-never-meets-keystore', 'packages/transport/src/a.ts', `import '@nomyo/keystore';`],
  ['transport-knows-no-crypto', 'packages/transport/src/b.ts', `import type {} from '@nomyo/crypto';`],
  ['base-stands-alone', 'packages/base/src/a.ts', `import 'dev-tool';`],
  ['base-stands-alone', 'packages/base/src/b.ts', `import 'node:fs';`],
  ['base-stands-alone', 'packages/base/src/c.ts', `import '@nomyo/crypto';`],
  ['crypto-stands-on-base', 'packages/crypto/src/a.ts', `import 'dev-tool';`],
  ['only-crypto-loads-the-addon', 'packages/nomyo-js/src/a.ts', `import 'nomyo-native';`],
  ['only-crypto-loads-the-addon', 'packages/crypto/src/memory/backend.ts', `import 'nomyo-native';`],
  ['only-crypto-loads-the-addon', 'packages/crypto/src/rsa/a.node.ts', `import 'nomyo-native';`],
  ['nothing-above-nomyo-js', 'packages/keystore/src/b.ts', `import 'nomyo-js';`],
  ['no-deep-imports', 'packages/nomyo-js/src/b.ts', `import '../../crypto/src/bytes.js';`],
  ['no-deep-imports', 'packages/nomyo-js/test/b.test.ts', `import '../../crypto/src/bytes.js';`],
  ['nothing-unresolved', 'packages/nomyo-js/src/c.ts', `import '@nomyo/crypto/bytes';`],
  ['router-sees-crypto-only', 'packages/router/src/a.ts', `import 'nomyo-js';`],
  ['nothing-ships-the-router', 'packages/nomyo-js/src/h.ts', `import '@nomyo/router/testing';`],
  ['nothing-imports-tools', 'packages/nomyo-js/src/d.ts', `import '@nomyo/demo';`],
  ['nothing-imports-tools', 'native/a.js', `import '@nomyo/demo';`],
  ['tests-use-the-test-kit-only', 'packages/nomyo-js/test/c.test.ts', `import '@nomyo/demo';`],
  ['native-stands-alone', 'native/b.js', `import '@nomyo/crypto';`],
  ['node-modules-in-node-files', 'packages/crypto/src/c.ts', `import 'node:fs';`],
  ['node-modules-in-node-files', 'packages/crypto/src/c.web.ts', `import 'fs';`],
  ['node-files-by-condition', 'packages/crypto/src/d.ts', `import './runtime/runtime.node.js';`],
  ['node-files-by-condition', 'packages/crypto/src/d.web.ts', `import './runtime/runtime.node.js';`],
  ['web-files-by-condition', 'packages/crypto/src/e.ts', `import './runtime/runtime.web.js';`],
  ['no-cycles', 'packages/crypto/src/f.ts', `import './g.js';`],
  ['sources-never-import-tests', 'packages/nomyo-js/src/e.ts', `import '../test/client.test.js';`],
  ['runtime-dependencies-only', 'packages/crypto/src/h.ts', `import 'dev-tool';`],
  ['peers-in-their-subpath', 'packages/nomyo-js/src/f.ts', `import 'rate-limiter-flexible';`],
  ['peers-in-their-subpath', 'packages/nomyo-js/src/g.ts', `import './redis-rate-limit.js';`],
  ['no-orphans', 'packages/crypto/src/alone.ts', `export const alone = 1;`],
];

describe('the layers', () => {
  it.each(['node', 'browser'])('let a sound workspace pass (%s)', (runtime) => {
    expect(cruise(runtime)).toEqual(new Set());
  });

  describe('are held', () => {
    let reported;
    it('in one workspace that breaks them all', () => {
      write({ 'packages/crypto/src/g.ts': `import './f.js';\n` });
      write(Object.fromEntries(BREAKS.map(([, file, text]) => [file, `${text}\n`])));
      reported = cruise('node');
    });
    it.each(BREAKS)('by %s: %s', (rule, file) => {
      expect(reported).toContain(`${rule}: ${file}`);
    });
  });

  it('keep *.node.ts out of everything a browser loads, by any route', () => {
    write({
      'packages/crypto/src/runtime/runtime.web.ts': `import './helper.web.js';\nexport const seal = 1;\n`,
      'packages/crypto/src/runtime/helper.web.ts': `import './runtime.node.js';\n`,
    });
    expect(cruise('browser')).toContain('browser-never-reaches-node: packages/crypto/src/index.ts');
  });

  it('allow types to refer to each other', () => {
    write({
      'packages/crypto/src/errors.ts': `import type { Wipe } from './bytes.js';\nexport const code = 1 as unknown as Wipe;\n`,
      'packages/crypto/src/bytes.ts': `import { code } from './errors.js';\nexport type Wipe = number;\nexport const wipe = code;\n`,
    });
    expect(cruise('node')).toEqual(new Set());
  });

  it('allow the addon to be loaded where it belongs', () => {
    write({
      'packages/crypto/src/runtime/runtime.node.ts': `import { createRequire } from 'node:module';\nimport '../bytes.js';\nconst require = createRequire(import.meta.url);\nexport const seal = require('nomyo-native');\n`,
    });
    expect(cruise('node')).toEqual(new Set());
  });
});
