// node ../../tools/bundle.mjs [SOURCE …] bundles the package it is started from, after tsc wrote its declarations.
//
// Small files are good to read and slow to load. Every entry of package.json becomes one file for each runtime whose
// conditional imports differ (dist/node, dist/web, dist/browser). What is an entry exists once: another entry imports it,
// so that classes are the same everywhere. What else two entries share is in both, since each file more takes longer to
// load than what is in it twice. A command of `bin` is src/NAME.ts and becomes dist/node/NAME.js. Rollup only puts the compiler's output together: names, line breaks and comments stay,
// nothing is minified, and other packages stay imports. So what is installed can be read, beside the `src` it is from.
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
const typescript = (condition) => ({
  name: 'typescript',
  resolveId(id, importer) {
    if (importer === undefined) return id;
    if (id.startsWith('.')) {
      const source = resolve(dirname(importer), id).replace(/\.js$/, '.ts');
      return source in ENTRY_FILES ? { id: source, external: 'absolute' } : source;
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

async function bundle(dir, [name, source], condition) {
  const build = await rollup({
    input: { [name]: source },
    plugins: [typescript(condition)],
    // Whoever bundles for the web leaves out what he does not use: sideEffects is false.
    treeshake: false,
    onLog: (_level, log) => {
      throw new Error(log.message);
    },
  });
  await build.write({
    dir: join(packageDir, dir),
    entryFileNames: '[name].js',
    // What is imported when it is needed, and by no other name than its source has.
    chunkFileNames: '[name].js',
    paths: ENTRY_FILES,
    minifyInternalExports: false,
    hoistTransitiveImports: false,
    generatedCode: 'es2015',
    sourcemap: true,
    sourcemapExcludeSources: true,
  });
}

/** What an earlier build left must not be packed: all scripts, and declarations of sources that are gone. */
function clean(dist) {
  for (const file of readdirSync(dist, { recursive: true })) {
    const source = file.replace(/\.d\.ts(\.map)?$/, '.ts');
    const isStale = source !== file && !existsSync(join(packageDir, 'src', source));
    if (isStale || /\.js(\.map)?$/.test(file)) rmSync(join(dist, file));
  }
}

clean(join(packageDir, 'dist'));
for (const [folder, condition] of Object.entries(CONDITION_OF)) {
  for (const entry of [...entriesIn(folder), ...commandsIn(folder)]) {
    await bundle(join('dist', folder), entry, condition);
  }
}
for (const source of process.argv.slice(2)) {
  await bundle(join('build', 'internals'), [basename(source, '.ts'), resolve(source)], 'node');
}
