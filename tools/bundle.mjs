// node ../../tools/bundle.mjs [SOURCE …] bundles the package it is started from, after tsc wrote its declarations.
//
// For Node, every entry of package.json becomes one file in dist/node: small files are good to read and slow to load.
// An entry exists once: other entries import it, so that classes are the same everywhere. Any other code that two
// entries share is in both, since loading another file takes longer than loading the code twice. Code imported by
// `import()` is in the same file. A command of `bin` is src/NAME.ts and becomes dist/node/NAME.js.
//
// For browsers and other runtimes (dist/browser, dist/web), every source stays a file of its own, because whoever loads
// it bundles it first: so a page gets only the sources that it uses, and those behind an `import()` when it needs them.
// A package that is the same everywhere has dist/web alone, one file for each entry, which Node loads too.
//
// Rollup only puts the compiler's output together: names, line breaks and comments stay, nothing is minified, and other
// packages stay imports. So what is installed can be read, beside the `src` it is from.
//
// SOURCE: a part that processes of the tests need by itself. It goes to build/internals, which is not shipped.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { rollup } from 'rollup';
import ts from 'typescript';

const SOURCE_CONDITION = '@nomyo/source';

/** Folders of dist, and the condition under which `exports` leads there. */
const CONDITION_OF = { node: 'node', browser: 'browser', web: 'default' };

const packageDir = process.cwd();
const {
  exports,
  imports = {},
  bin = {},
} = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8'));
const { options: compilerOptions } = ts.convertCompilerOptionsFromJson(
  ts.readConfigFile(join(import.meta.dirname, '../tsconfig.base.json'), ts.sys.readFile).config
    .compilerOptions,
  packageDir,
);

/** The entries whose file for this runtime lies in `folder`: name and source of each. */
function entriesIn(folder) {
  return Object.values(exports)
    .filter((target) => typeof target === 'object')
    .map((target) => ({ source: target[SOURCE_CONDITION], file: fileOf(target, CONDITION_OF[folder]) }))
    .filter(({ file }) => dirname(file) === `./dist/${folder}`)
    .map(({ source, file }) => [basename(file, '.js'), resolve(packageDir, source)]);
}

function fileOf(target, condition) {
  const file = target[condition] ?? target.default;
  if (/^\.\/dist\/(node|browser|web)\/[\w-]+\.js$/.test(file)) return file;
  throw new Error(`${file} in exports is not ./dist/RUNTIME/NAME.js`);
}

/** The commands: they run where Node does, and nobody imports them. */
const commandsIn = (folder) =>
  Object.values(bin)
    .filter((file) => dirname(file) === `./dist/${folder}`)
    .map((file) => [basename(file, '.js'), resolve(packageDir, 'src', `${basename(file, '.js')}.ts`)]);

/** Every entry: its source, and the file beside which it lies in each folder. */
const ENTRY_FILES = Object.fromEntries(
  Object.values(exports)
    .filter((target) => typeof target === 'object')
    .map((target) => [
      resolve(packageDir, target[SOURCE_CONDITION]),
      `./${basename(fileOf(target, 'default'))}`,
    ]),
);

/** TypeScript's own output, file by file; `#name` leads where the runtime's condition says. */
const typescript = (condition, entries) => ({
  name: 'typescript',
  resolveId(id, importer) {
    if (importer === undefined) return id;
    if (id.startsWith('.')) {
      const source = resolve(dirname(importer), id).replace(/\.js$/, '.ts');
      return source in entries ? { id: source, external: 'absolute' } : source;
    }
    const conditions = imports[id]?.[SOURCE_CONDITION];
    if (conditions !== undefined) return resolve(packageDir, conditions[condition] ?? conditions.default);
    return { id, external: true };
  },
  load(id) {
    const { outputText, sourceMapText } = ts.transpileModule(readFileSync(id, 'utf8'), {
      fileName: id,
      compilerOptions: { ...compilerOptions, module: ts.ModuleKind.ESNext },
    });
    const code = outputText.replace(/^\/\/# sourceMappingURL=.*$/m, '');
    const map = JSON.parse(sourceMapText);
    // One line more than the compiler wrote: the name of the source, behind `#!`, which is nothing but a first line.
    const [, hashbang = '', rest = code] = /^(#!.*\n)([\s\S]*)$/.exec(code) ?? [];
    return {
      code: `${hashbang}// ${relative(packageDir, id).replaceAll('\\', '/')}\n${rest}`,
      map: { ...map, sources: [id], mappings: `;${map.mappings}` },
    };
  },
});

const OUTPUT = {
  minifyInternalExports: false,
  hoistTransitiveImports: false,
  generatedCode: 'es2015',
  sourcemap: true,
  sourcemapExcludeSources: true,
};

const rollUp = (input, resolveEntries, condition) =>
  rollup({
    input,
    plugins: [typescript(condition, resolveEntries)],
    // Bundlers for the web drop unused code: sideEffects is false.
    treeshake: false,
    onLog: (_level, log) => {
      throw new Error(log.message);
    },
  });

/** One file with everything but other entries. */
async function bundle(dir, [name, source], condition) {
  const build = await rollUp({ [name]: source }, ENTRY_FILES, condition);
  await build.write({
    ...OUTPUT,
    dir: join(packageDir, dir),
    entryFileNames: '[name].js',
    inlineDynamicImports: true,
    paths: ENTRY_FILES,
  });
}

/** A file for each source; an entry has the name that `exports` gives it. */
async function transpile(dir, entries, condition) {
  if (entries.length === 0) return;
  const build = await rollUp(Object.fromEntries(entries), {}, condition);
  // Rollup imports straight from where something is, and keeps the way there for its side effects, of which there are none.
  const withoutBareImports = (code) => ({ code: code.replace(/^import '\.[^']+';$/gm, ''), map: null });
  const nameOf = new Map(entries.map(([name, source]) => [source, name]));
  const fileOf = ({ facadeModuleId: id }) =>
    nameOf.get(id) ?? relative(join(packageDir, 'src'), id).replace(/\.ts$/, '').replaceAll('\\', '/');
  await build.write({
    ...OUTPUT,
    dir: join(packageDir, dir),
    preserveModules: true,
    plugins: [{ name: 'no-bare-imports', renderChunk: withoutBareImports }],
    entryFileNames: (chunk) => `${fileOf(chunk)}.js`,
  });
}

/** Removes leftovers of an earlier build, which must not be packed: scripts, and declarations of deleted sources. */
function clean(dist) {
  for (const file of readdirSync(dist, { recursive: true })) {
    const source = file.replace(/\.d\.ts(\.map)?$/, '.ts');
    const isStale = source !== file && !existsSync(join(packageDir, 'src', source));
    if (isStale || /\.js(\.map)?$/.test(file)) rmSync(join(dist, file));
  }
}

clean(join(packageDir, 'dist'));
const forNode = [...entriesIn('node'), ...commandsIn('node')];
for (const entry of forNode) await bundle('dist/node', entry, CONDITION_OF.node);
for (const folder of ['web', 'browser']) {
  const entries = entriesIn(folder);
  if (forNode.length > 0) await transpile(join('dist', folder), entries, CONDITION_OF[folder]);
  else for (const entry of entries) await bundle(join('dist', folder), entry, CONDITION_OF[folder]);
}
for (const source of process.argv.slice(2)) {
  await bundle(join('build', 'internals'), [basename(source, '.ts'), resolve(source)], 'node');
}
