import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeBlocks } from '../code-blocks.mjs';
import { workspace } from '../tarballs.mjs';
import { TypeScriptProject } from '../typescript-project.mjs';

/** A deadline for what hangs. */
const COMPILE_MS = 400_000;

const COMPILERS = ['typescript-5.6', 'typescript-5.9', 'typescript'];

const markdown = (folder) =>
  readdirSync(join(workspace, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => (folder === '' ? name : `${folder}/${name}`));
const members = [...readdirSync(join(workspace, 'packages')).map((name) => `packages/${name}`), 'native'];
const PAGES = [...markdown(''), ...markdown('docs'), ...members.map((member) => `${member}/README.md`)];

/** `src/packages-crypto-README-13.ts`: what stands there from line 13. */
function writeBlocks(project, page) {
  const stem = page.replace(/\.md$/, '').replaceAll('/', '-');
  const blocks = codeBlocks(readFileSync(join(workspace, page), 'utf8'));
  for (const { line, code } of blocks) project.write(`src/${stem}-${line}.ts`, `${code}\nexport {};\n`);
  return blocks.length;
}

let project;
let blocks = 0;
beforeAll(() => {
  project = new TypeScriptProject();
  for (const page of PAGES) blocks += writeBlocks(project, page);
  for (const fixture of ['client.ts', 'crypto.ts', 'given.d.ts', 'given-modules.d.ts', 'openai.ts']) {
    project.addFixture(fixture);
  }
  cpSync(project.installed('nomyo-js', 'examples'), join(project.dir, 'src/examples'), { recursive: true });
});
afterAll(() => project.dispose());

describe('the code of all READMEs, our declarations, copied examples, and code with the types of openai', () => {
  it('is there', () => {
    expect(blocks).toBeGreaterThan(20);
  });

  it.each(COMPILERS)(
    'compiles with %s, strict and with exactOptionalPropertyTypes',
    (compiler) => {
      expect(project.compile(compiler)).toEqual([]);
    },
    // Libraries and all: more than a minute where others want the cores too.
    COMPILE_MS,
  );
});
