// node --conditions=browser --experimental-import-meta-resolve bundle.mjs DIRECTORY NAME=CODE … bundles CODE, and what it
// imports from the current directory, for a page: by Rollup (and so as Vite does), in chunks, minified. Prints, for each
// NAME, the bytes after gzip of what a page loads with it, and of all that it may load later. A process of its own: Node
// resolves by the conditions that it was started with, and esbuild does not work among the globals of jest.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { transform } from 'esbuild';
import { rollup } from 'rollup';

const [directory, ...entries] = process.argv.slice(2);
const codeOf = new Map(entries.map((entry) => entry.split(/=(.*)/s)));

const build = await rollup({
  input: Object.fromEntries([...codeOf.keys()].map((name) => [name, `entry:${name}`])),
  plugins: [{ name: 'node', resolveId, load: (id) => codeOf.get(id.replace(/^entry:/, '')) }],
  // A page that uses an entry has no file that only exports from another: what chunks share is in the entry itself.
  preserveEntrySignatures: 'allow-extension',
  // As package.json says of each package: `"sideEffects": false`.
  treeshake: { moduleSideEffects: false },
  onLog: (_level, log) => {
    throw new Error(log.message);
  },
});
const { output } = await build.generate({ format: 'es', chunkFileNames: '[name].js' });
const chunks = new Map(output.map((chunk) => [chunk.fileName, chunk]));
const gzipped = new Map();
mkdirSync(directory, { recursive: true });
for (const { fileName, code } of output) {
  const minified = await transform(code, { minify: true, format: 'esm', target: 'es2023' });
  writeFileSync(join(directory, fileName), minified.code);
  gzipped.set(fileName, gzipSync(minified.code, { level: 9 }).length);
}
console.log(
  JSON.stringify(Object.fromEntries([...codeOf.keys()].map((name) => [name, sizesOf(`${name}.js`)]))),
);

function resolveId(id, importer) {
  if (importer === undefined) return id;
  const from = importer.startsWith('entry:') ? join(process.cwd(), 'entry.js') : importer;
  return fileURLToPath(import.meta.resolve(id, pathToFileURL(from).href));
}

function sizesOf(entry) {
  const initial = loadedBy(entry, ({ imports }) => imports);
  const total = loadedBy(entry, ({ imports, dynamicImports }) => [...imports, ...dynamicImports]);
  return { initial: sizeOf(initial), total: sizeOf(total) };
}

function loadedBy(entry, importsOf) {
  const files = new Set([entry]);
  for (const file of files) for (const imported of importsOf(chunks.get(file))) files.add(imported);
  return files;
}

function sizeOf(files) {
  return [...files].reduce((sum, file) => sum + gzipped.get(file), 0);
}
