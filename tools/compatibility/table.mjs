// docs/compatibility.md, from what a run has found. Nothing in it depends on the machine or the day.
import { CASES } from './clients/cases.mjs';

const INTRODUCTION = `# Libraries that work with \`nomyo-js/fetch\`

This page is written by the tests (\`tools/compatibility\`). Each library is the real one, with \`createSecureFetch()\` as its \`fetch\`,
in front of a local router over TLS; the oldest version is the oldest we support. A cell shows what the application gets, with the
HTTP status and code of an error, and then **how many requests reached the router**.

- For an error, the library throws its own class. No library repeats a call whose answer was forged, sealed for another client, or
  in the clear: one request, and 403 with the code.
- Without \`maxRetries\` only the library repeats a call. While a \`Retry-After\` runs, the adapter answers these repetitions itself:
  429 and 503 may throw the class after several tries, although the router saw only the number of requests shown.
- A timeout of the library ends the request. Libraries built on \`openai\` then send it again, twice by default.
- The prompt was marked, and appeared in no error, log or span, and in nothing that a process printed. Three libraries need help
  for that: the AI SDK (\`withoutPrompts(model)\` of \`nomyo-js/ai-sdk\` around models that are not from \`createNomyo\`), OpenAI Agents
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
