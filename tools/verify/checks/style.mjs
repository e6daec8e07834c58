// pnpm verify:style [--list | --write]: the style of what is shipped, as one table. --list names each duplicate and circle
// too; --write puts the table into docs/style.md, beside the one from before the redesign.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './members.mjs';
import { circlesIn, duplicatesIn, measureFile, median } from './rules/style.mjs';

const tracked = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .stdout.split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)));
const read = (file) => readFileSync(join(root, file), 'utf8');

const AREAS = {
  'packages, sources': /^packages\/[^/]+\/src\/.*\.ts$/,
  'packages, tests': /^packages\/[^/]+\/test\/.*\.ts$/,
  tools: /^tools\/.*\.(ts|mjs|cjs)$/,
};

function areaRow(name, pattern) {
  const files = tracked.filter((file) => pattern.test(file)).map((file) => measureFile(file, read(file)));
  const sum = (of) => files.reduce((total, file) => total + of(file), 0);
  const functions = files.flatMap((file) => file.functions);
  return {
    name,
    files: files.length,
    lines: sum(({ lines }) => lines),
    'median file': median(files.map(({ lines }) => lines)),
    'longest file': Math.max(...files.map(({ lines }) => lines)),
    'median function': median(functions.map(({ lines }) => lines)),
    'longest function': Math.max(...functions.map(({ lines }) => lines)),
    any: sum(({ anys }) => anys),
    '!': sum(({ assertions }) => assertions),
    disables: sum(({ disables }) => disables),
    'documented exports': percent(
      sum(({ documented }) => documented),
      sum(({ exports }) => exports),
    ),
  };
}

const percent = (part, whole) => (whole === 0 ? '-' : `${Math.round((100 * part) / whole)} %`);

function importGraph() {
  const sources = tracked.filter((file) => AREAS['packages, sources'].test(file));
  const edges = (file) =>
    measureFile(file, read(file))
      .imports.map((name) => join(dirname(file), name).replace(/\.js$/, '.ts'))
      .filter((target) => sources.includes(target));
  return new Map(sources.map((file) => [file, edges(file)]));
}

/** Prose is not wrapped by width alone: a table row or a link may be long. */
function widestTableRow() {
  const rows = tracked
    .filter((file) => /\.md$/.test(file))
    .flatMap((file) =>
      read(file)
        .split('\n')
        .map((line, i) => ({ line, where: `${file}:${i + 1}` })),
    )
    .filter(({ line }) => line.startsWith('|'));
  return rows.reduce((widest, row) => (row.line.length > widest.line.length ? row : widest));
}

function tableOf(rows) {
  return Object.keys(rows[0]).map((key) => {
    const cells = rows.map((row) => String(row[key]).padStart(20));
    return `${key.padEnd(20)}${cells.join('')}`;
  });
}

/** Between the marks of docs/style.md. */
function writePage(lines) {
  const page = join(root, 'docs/style.md');
  const [before, after] = read('docs/style.md').split(/<!-- style: begin -->[\s\S]*<!-- style: end -->/);
  if (after === undefined) throw new Error('docs/style.md has no marks for the table');
  const block = ['<!-- style: begin -->', '', '```', ...lines, '```', '', '<!-- style: end -->'].join('\n');
  writeFileSync(page, `${before}${block}${after}`);
}

const sources = tracked.filter((file) => AREAS['packages, sources'].test(file));
const duplicates = duplicatesIn(sources.map((file) => [file, read(file)]));
const circles = circlesIn(importGraph());
const widest = widestTableRow();
const report = [
  ...tableOf(Object.entries(AREAS).map(([name, pattern]) => areaRow(name, pattern))),
  '',
  `circles of imports in the packages' sources: ${circles.length}`,
  `duplicates of six lines in the packages' sources: ${duplicates.length}`,
  `widest row of a table: ${widest.line.length} characters, ${widest.where}`,
];
for (const line of report) console.log(line);
if (process.argv.includes('--write')) writePage(report);
if (process.argv.includes('--list')) {
  for (const circle of circles) console.log(`circle: ${circle.join(' -> ')}`);
  for (const duplicate of duplicates) console.log(`duplicate: ${duplicate}`);
}
