// The files and functions entered by a traced call, as Markdown between two markers. Pure: walk.mjs runs the call.
const MARKERS = ['<!-- walk: begin, written by `pnpm verify:walk` -->', '<!-- walk: end -->'];

/** The limits for one call on Node without the addon. */
export const GOALS = { files: 45, functions: 150 };

/** How many files, functions that have a name, and callbacks within them. */
export function countWalk(entered) {
  const functions = entered.filter(({ name }) => name !== '').length;
  const files = new Set(entered.map(({ file }) => file)).size;
  return { files, functions, callbacks: entered.length - functions };
}

/** `entered`: `{ file, name, line }` of each function. */
export function renderWalk(entered) {
  const packages = groupBy(entered, ({ file }) => file.split('/src/')[0]);
  const { files, functions: named, callbacks } = countWalk(entered);
  const lines = [...packages].flatMap(([name, functions]) => [
    `- **\`${name}\`**`,
    ...[...groupBy(functions, ({ file }) => file)].map(
      ([file, inFile]) => `  - \`${file.slice(name.length + 1)}\`: ${namesOf(inFile)}`,
    ),
  ]);
  const counts = `${files} files and ${named} functions, and ${callbacks} callbacks within them`;
  return [`One warm \`create()\` enters ${counts}.`, '', ...lines].join('\n');
}

/** Names in the order of the file; callbacks without one are counted. */
function namesOf(functions) {
  const named = functions.filter(({ name }) => name !== '').sort((a, b) => a.line - b.line);
  const anonymous = functions.length - named.length;
  const names = named.map(({ name }) => `\`${name}\``);
  if (anonymous > 0) names.push(anonymous === 1 ? 'a callback' : `${anonymous} callbacks`);
  return names.join(', ');
}

function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of [...items].sort((a, b) => keyOf(a).localeCompare(keyOf(b)))) {
    groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  }
  return groups;
}

/** The text between the markers, or `undefined` without them. */
export function walkIn(markdown) {
  const [begin, end] = MARKERS.map((marker) => markdown.indexOf(marker));
  return begin < 0 || end < begin ? undefined : markdown.slice(begin + MARKERS[0].length, end).trim();
}

/** The same Markdown with another walk. */
export function withWalk(markdown, walk) {
  const [begin, end] = MARKERS.map((marker) => markdown.indexOf(marker));
  if (begin < 0 || end < begin) throw new Error(`the page lacks ${MARKERS.join(' or ')}`);
  return `${markdown.slice(0, begin + MARKERS[0].length)}\n\n${walk}\n\n${markdown.slice(end)}`;
}
