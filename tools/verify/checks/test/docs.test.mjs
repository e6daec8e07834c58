import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ERROR_CODES } from '@nomyo/base';
import { root } from '../members.mjs';
import {
  headedNames,
  membersOf,
  optionsWithoutDefault,
  reexported,
  vagueOptions,
  wideTableRows,
} from '../rules/docs.mjs';
import { linkViolations } from '../rules/links.mjs';
import { countWalk, walkIn } from '../rules/walk.mjs';
import { PAGE, traceCreate } from '../walk.mjs';

const read = (file) => readFileSync(join(root, file), 'utf8');
const { stdout: listed } = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
});
const files = listed.split('\n').filter((file) => file !== '' && !/\/fixtures\/|CHANGELOG/.test(file));
const pages = files.filter((file) => file.endsWith('.md'));

/** Sources of what `exports` names: the package's subpath, and its file. */
const entries = readdirSync(join(root, 'packages')).flatMap((name) => {
  const { name: full, exports } = JSON.parse(read(`packages/${name}/package.json`));
  return Object.entries(exports)
    .filter(([, target]) => typeof target === 'object')
    .map(([path, target]) => [`${full}${path.slice(1)}`, join('packages', name, target['@nomyo/source'])]);
});
entries.push(['nomyo-native', 'native/index.d.ts']);

describe('pages', () => {
  it('have no table wider than 120 columns', () => {
    expect(pages.flatMap((page) => wideTableRows(page, read(page)))).toEqual([]);
  });

  it('docs/options.md has a heading for each option, and for nothing else', () => {
    const sources = ['options/options', 'options/chat-options', 'v2/v2'].map((name) =>
      read(`packages/nomyo-js/src/${name}.ts`),
    );
    const options = [
      ...membersOf(sources[0], 'CommonOptions'),
      ...membersOf(sources[1], 'SecureChatCompletionConfig'),
      ...membersOf(sources[2], 'V2Options'),
    ];
    expect(headedNames(read('docs/options.md')).sort()).toEqual(options.sort());
  });

  it('docs/options.md says of each option what holds without it, and which error it leads to', () => {
    expect(vagueOptions('### `a`\n\nDefault: 1.\n\n### `b`\n\n[`X`](errors.md#x)\n')).toEqual(['`a`', '`b`']);
    expect(vagueOptions(read('docs/options.md'))).toEqual([]);
  });

  it('link to pages, files and headings that exist', () => {
    expect(linkViolations(root, files)).toEqual([]);
  });

  it('docs/errors.md has a heading for each code, and for nothing else', () => {
    expect(headedNames(read('docs/errors.md')).sort()).toEqual(Object.keys(ERROR_CODES).sort());
  });
});

describe('comments of options', () => {
  const ofPackages = files.filter((file) => /^packages\/[^/]+\/src\/.*\.ts$/.test(file));

  it('say what holds where one is left out', () => {
    const members = ['/** Default: 1. */', 'a?: number;', '/** In ms. */', 'b?: number;', 'c: number;'];
    const source = `export interface AOptions {\n${members.join('\n')}\n}`;
    expect(optionsWithoutDefault(source)).toEqual(['AOptions.b']);
    expect(ofPackages.flatMap((file) => optionsWithoutDefault(read(file)))).toEqual([]);
  });
});

describe('each entry of a package', () => {
  it.each(entries)('%s has an @example', (_name, source) => {
    const text = read(source);
    const files = reexported(text).map((file) => read(join(dirname(source), file)));
    expect([text, ...files].some((file) => file.includes('@example'))).toBe(true);
  });
});

describe('the first example of the README', () => {
  it('gives its answer without an account', () => {
    const [, code] = /^```js\n([\s\S]*?)^```$/m.exec(read('README.md'));
    // Inside the workspace, so that it finds the packages as an installed project does.
    const tmp = join(import.meta.dirname, '../.tmp');
    mkdirSync(tmp, { recursive: true });
    const dir = mkdtempSync(join(tmp, 'readme-'));
    try {
      writeFileSync(join(dir, 'hello.mjs'), code);
      const { stdout, stderr, status } = spawnSync(process.execPath, ['hello.mjs'], {
        cwd: dir,
        encoding: 'utf8',
      });
      expect({ stdout, stderr, status }).toEqual({
        stdout: 'Hello from a sealed answer\n',
        stderr: '',
        status: 0,
      });
      expect(readdirSync(dir)).toEqual(['hello.mjs']);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

describe('docs/architecture.md', () => {
  it('has the current walk of create(); otherwise run `pnpm verify:walk`', async () => {
    const walk = walkIn(readFileSync(PAGE, 'utf8'));
    const { files, functions } = countWalk(await traceCreate());
    const [, ...written] = /enters (\d+) files and (\d+) functions/.exec(walk);
    // One more or less may depend on what the socket does; a part of the path may not.
    expect(Math.abs(files - Number(written[0]))).toBeLessThanOrEqual(3);
    expect(Math.abs(functions - Number(written[1]))).toBeLessThanOrEqual(12);
  }, 120_000);

  it('names only files that exist in its walk', () => {
    const walk = walkIn(readFileSync(PAGE, 'utf8'));
    let folder = '';
    const files = [...walk.matchAll(/^(?:- \*\*`(.+)`\*\*| {2}- `(.+?)`:)/gm)].flatMap(([, name, file]) => {
      if (name !== undefined) folder = name;
      return file === undefined ? [] : [`packages/${folder}/${file}`];
    });
    expect(files.length).toBeGreaterThan(20);
    for (const file of files) expect(() => read(file)).not.toThrow();
  });
});
