// The examples against the types of the libraries: what an editor would underline for those who copy them.
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { install } from '../install.mjs';

const source = join(import.meta.dirname, '../../../packages/nomyo-js/examples/libraries');
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** The examples are JavaScript: parameters of theirs have no types. */
const COMPILER_OPTIONS = {
  target: 'ES2023',
  lib: ['ES2023', 'ESNext.Disposable', 'DOM', 'DOM.Iterable'],
  module: 'NodeNext',
  types: ['node'],
  strict: true,
  noImplicitAny: false,
  useUnknownInCatchVariables: false,
  allowJs: true,
  checkJs: true,
  skipLibCheck: true,
  noEmit: true,
};

/** Things that work although the libraries do not type them: the tests of the examples run each of these lines. */
const UNTYPED = {
  current: [
    // The name that AI SDK 5 has for `output`.
    'ai-sdk/output-object.mjs: experimental_output',
    'ai-sdk/output-object.mjs: experimental_output',
    // A member that is not OpenAI's.
    'llamaindex.mjs: security_tier',
  ],
  oldest: [
    // Its own copy of `openai`, whose classes are other classes.
    'agents.mjs: import("',
    // The name that AI SDK 6 has for `experimental_output`.
    'ai-sdk/output-object.mjs: output',
    'ai-sdk/output-object.mjs: output',
    // Its own `openai` of major version 4 takes anything with a href for a URL.
    'llamaindex.mjs: SecureFetch',
    'llamaindex.mjs: security_tier',
  ],
};

it.each(Object.keys(UNTYPED))(
  'examples type-check with the libraries of %s',
  (set) => {
    const cwd = join(install(set).dir, 'types');
    rmSync(cwd, { recursive: true, force: true });
    cpSync(source, join(cwd, 'libraries'), { recursive: true });
    const project = { compilerOptions: COMPILER_OPTIONS, include: ['libraries'] };
    writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify(project));
    const { stdout } = spawnSync(process.execPath, [tsc, '--pretty', 'false'], { cwd, encoding: 'utf8' });
    expect(stdout.match(/^(?! ).+$/gm)?.map(shortOf) ?? []).toEqual(UNTYPED[set]);
  },
  400_000,
);

/** The file of a complaint, and the name that it quotes first; the whole complaint where it quotes none of those known. */
function shortOf(line) {
  const [, file, what] = /^libraries\/([^(]+)\(.*?: (.*)$/.exec(line) ?? [];
  const name = /'(experimental_output|output|security_tier|SecureFetch|import\(")/.exec(what)?.[1];
  return name === undefined ? line : `${file}: ${name}`;
}
