// docs/compatibility.md, from what a run has found. Nothing in it depends on the machine or the day.
import { CASES } from './clients/cases.mjs';

const INTRODUCTION = `# Libraries that work with \`nomyo-js/fetch\`

The tests wrote this page (\`tools/compatibility\`). Each library is the real one, with \`createSecureFetch()\` as its \`fetch\`, in
front of a local router over TLS; the oldest version is the oldest that we claim. A cell says what the application gets, its HTTP
status and code where it is an error, and behind it **how many requests reached the router**.

- An error raises the library's own class for it. Of what arrived forged, sealed for another, or in the clear, no library asks
  twice: one request, and 403 with the code.
- Without \`maxRetries\` only the library repeats a call. What it repeats while a \`Retry-After\` runs, the adapter answers by itself:
  429 and 503 may raise the class after several tries, and the router has seen no more than the number says.
- A timeout of the library ends the request. Libraries built on \`openai\` then send it again, twice by default.
- The prompt was marked, and was in no error, no log, no span, and nothing that a process printed. Three libraries need help for
  that: the AI SDK (\`withoutPrompts(model)\` of \`nomyo-js/ai-sdk\` around models that are not of \`createNomyo\`), OpenAI Agents
  (\`setTracingDisabled(true)\`, or its tracing sends prompts in the clear to another host) and Instructor (which prints every
  request that fails, unless its \`log\` is replaced).

\`—\`: the library has no way to do it.
`;

/** @param {{ library: object, columns: object[] }[]} sections what `run` found with a library, newest version first */
export function pageOf(sections) {
  return `${[INTRODUCTION, ...sections.map(sectionOf)].join('\n').trimEnd()}\n`;
}

/** A table for each version, or one for all versions that give the same. */
export function sectionOf({ library: { title, package: name }, columns }) {
  const groups = new Map();
  for (const { version, cases } of columns) {
    const cells = CASES.map((test) => cellOf(cases.get(test.name)));
    const key = cells.join('\n');
    groups.set(key, { cells, versions: [...(groups.get(key)?.versions ?? []), version] });
  }
  const tables = [...groups.values()].map(({ cells, versions }) => {
    const head = ['', `\`${name}\` ${versions.join(' and ')}`];
    return tableOf([head, ...CASES.map((test, i) => [test.name, cells[i]])]).join('\n');
  });
  return `## ${title}\n\n${tables.join('\n\n')}\n`;
}

/** The result that an application gets, in a few words. */
function cellOf(outcome) {
  if (outcome === undefined) return '—';
  const { error, text, requests } = outcome;
  return `${error === undefined ? quoted(text) : errorOf(error)}, **${String(requests)}**`;
}

const quoted = (text) => (text === '' ? 'ends without an error' : 'ok');

function errorOf({ name, last, status, code }) {
  const facts = [status, code && `\`${code}\``].filter((fact) => fact !== undefined && fact !== '');
  const what = last === undefined ? `\`${name}\`` : `\`${name}\` of \`${last}\``;
  return [what, ...facts].join(' ');
}

/** As prettier aligns it. */
function tableOf(rows) {
  const widths = rows[0].map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const [head, ...rest] = rows;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rest.map(line)];
}
