// Rules for the pages and docstrings of the repository. Pure, except for the sources that the caller reads.
import ts from 'typescript';

const MAX_TABLE_COLUMNS = 120;

/** Rows of tables that are too wide to read: `FILE:LINE`. Code blocks are no tables. */
export function wideTableRows(path, markdown) {
  let inCode = false;
  return markdown.split('\n').flatMap((line, i) => {
    if (/^\s*```/.test(line)) inCode = !inCode;
    const isWide = !inCode && line.startsWith('|') && line.length > MAX_TABLE_COLUMNS;
    return isWide ? [`${path}:${i + 1} has a table row of ${line.length} columns`] : [];
  });
}

/** Names in headings of the third level: "### `name`", or several with commas between them. */
export const headedNames = (markdown) =>
  [...markdown.matchAll(/^### (.+)$/gm)].flatMap(([, heading]) =>
    [...heading.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );

/** Sections about an option that do not say what holds without it, or link to no error that it leads to. */
export const vagueOptions = (markdown) =>
  markdown
    .split(/^### /m)
    .slice(1)
    .map((section) => section.split(/^## /m)[0])
    .filter((section) => !/\bdefault\b/i.test(section) || !/\]\(errors\.md#\w+\)/.test(section))
    .map((section) => section.split('\n')[0]);

/** Members of an interface, by their names. */
export function membersOf(source, name) {
  const body = new RegExp(`interface ${name}\\b[^{]*\\{([\\s\\S]*?)\\n\\}`).exec(source)?.[1] ?? '';
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, member]) => member);
}

/** Options, of exported interfaces that are named so, whose comment says nothing of a default: `INTERFACE.OPTION`. */
export function optionsWithoutDefault(source) {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
  return file.statements
    .filter((node) => ts.isInterfaceDeclaration(node) && /(?:Options|Config)$/.test(node.name.text))
    .filter((node) => /^export /.test(node.getText()))
    .flatMap(({ name, members }) =>
      members
        .filter((member) => member.questionToken !== undefined)
        .filter((member) => !ts.getJSDocCommentsAndTags(member).some((doc) => /default/i.test(doc.getText())))
        .map((member) => `${name.text}.${member.name.getText()}`),
    );
}

/** Relative modules that a source exports from. */
export const reexported = (source) =>
  [...source.matchAll(/^export [^;]*? from '(\.[^']+)\.js';/gms)].map(([, path]) => `${path}.ts`);
