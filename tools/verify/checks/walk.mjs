// pnpm verify:walk: traces one warm create() and writes what it entered into docs/architecture.md.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeCertificate, startRouter } from '@nomyo/router/testing';
import { root } from './members.mjs';
import { countWalk, GOALS, renderWalk, withWalk } from './rules/walk.mjs';

export const PAGE = join(root, 'docs/architecture.md');

/** A deadline for what hangs. */
const TIMEOUT_MS = 110_000;

/** Every function that a warm create() enters on Node without the addon: `{ file, name, line }`. */
export async function traceCreate() {
  const { ca, cert, key } = await makeCertificate();
  const router = await startRouter({ tls: { ca, cert, key } });
  const child = fork(join(import.meta.dirname, 'children/walk.mjs'), [router.url, ca], {
    env: { ...process.env, NODE_OPTIONS: '', NOMYO_API_KEY: '' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  try {
    const [entered] = await once(child, 'message', { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return inSources(entered);
  } finally {
    child.kill();
    await router.close();
  }
}

/** From places in dist to those in the sources, by the source maps beside dist. */
function inSources(entered) {
  const scripts = new Map();
  for (const { url } of entered) scripts.set(url, scripts.get(url) ?? readScript(url));
  const places = entered
    .filter(({ name, offset }) => offset > 0 && !/^<.*_initializer>$/.test(name))
    .map(({ url, name, offset }) => {
      const { text, map, file } = scripts.get(url);
      const before = text.slice(0, offset).split('\n');
      const { originalSource, originalLine } = map.findEntry(before.length - 1, before.at(-1).length);
      const source = relative(join(root, 'packages'), join(file, '..', originalSource));
      const own = isPassedOn(text, offset) ? '' : ownName(name);
      return { file: source, name: own, line: originalLine + 1 };
    });
  return [...new Map(places.map((place) => [JSON.stringify(place), place])).values()];
}

/** Rollup numbers functions of the same name; V8 names what an expression makes after where it goes. */
const ownName = (name) => name.replace(/\$\d+$/, '').replace(/^.*\./, '');

/** Whether an arrow function is an argument: V8 names it after whatever is next to it. */
const isPassedOn = (text, offset) =>
  /[(,]\s*$/.test(text.slice(Math.max(0, offset - 80), offset)) &&
  /^(?:async\s*)?(?:\([^()]*\)|[\w$]+)\s*=>/.test(text.slice(offset, offset + 500));

function readScript(url) {
  const file = fileURLToPath(url);
  const text = readFileSync(file, 'utf8');
  return { file, text, map: new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8'))) };
}

if (process.argv[1] === import.meta.filename) {
  const entered = await traceCreate();
  writeFileSync(PAGE, withWalk(readFileSync(PAGE, 'utf8'), renderWalk(entered)));
  const { files, functions } = countWalk(entered);
  console.log(
    `${files} files (goal: under ${GOALS.files}), ${functions} functions (under ${GOALS.functions})`,
  );
}
