// Measures of style: pure functions from sources to figures. style.mjs prints them as a table.
import ts from 'typescript';

/** A run of this many lines that occurs in two places is a duplicate. */
const DUPLICATE_LINES = 6;

const isFunction = (node) =>
  ts.isFunctionDeclaration(node) ||
  ts.isMethodDeclaration(node) ||
  ts.isConstructorDeclaration(node) ||
  ts.isAccessor(node) ||
  ts.isFunctionExpression(node) ||
  ts.isArrowFunction(node);

const lineOf = (file, position) => file.getLineAndCharacterOfPosition(position).line;

/** Length in lines of each function with a body, the comments above it left out. */
function functionsOf(file) {
  const found = [];
  const visit = (node) => {
    if (isFunction(node) && node.body !== undefined) {
      const lines = lineOf(file, node.end) - lineOf(file, node.getStart(file)) + 1;
      const name = node.name?.getText(file) ?? node.parent?.name?.getText(file) ?? 'anonymous';
      // A callback on one line is an expression to its reader.
      if (lines > 1 || !ts.isArrowFunction(node)) found.push({ name, lines });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function countNodes(file, matches) {
  let count = 0;
  const visit = (node) => {
    if (matches(node)) count += 1;
    ts.forEachChild(node, visit);
  };
  visit(file);
  return count;
}

const isExported = (node) =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

/** The contents of one TypeScript file. */
export function measureFile(path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const exported = file.statements.filter(isExported);
  const documented = exported.filter((node) => ts.getJSDocCommentsAndTags(node).length > 0);
  return {
    path,
    lines: text.split('\n').length - 1,
    functions: functionsOf(file),
    anys: countNodes(file, ({ kind }) => kind === ts.SyntaxKind.AnyKeyword),
    assertions: countNodes(file, ts.isNonNullExpression),
    disables: [...text.matchAll(/eslint-disable|@ts-(ignore|expect-error|nocheck)/g)].length,
    exports: exported.length,
    documented: documented.length,
    imports: importsOf(file),
  };
}

/** Relative imports that are there at run time. */
function importsOf(file) {
  return file.statements
    .filter(
      (node) =>
        (ts.isImportDeclaration(node) && !node.importClause?.isTypeOnly) || ts.isExportDeclaration(node),
    )
    .filter((node) => !node.isTypeOnly && node.moduleSpecifier !== undefined)
    .filter((node) => !hasOnlyTypes(node))
    .map((node) => node.moduleSpecifier.text)
    .filter((name) => name.startsWith('.'));
}

function hasOnlyTypes(node) {
  const named = node.importClause?.namedBindings ?? node.exportClause;
  return named?.elements?.length > 0 && named.elements.every(({ isTypeOnly }) => isTypeOnly);
}

/** Files that need themselves, each circle named once. `graph`: path → paths. */
export function circlesIn(graph) {
  const circles = [];
  const state = new Map();
  const visit = (path, trail) => {
    if (state.get(path) === 'open') circles.push([...trail.slice(trail.indexOf(path)), path]);
    if (state.has(path)) return;
    state.set(path, 'open');
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    state.set(path, 'done');
  };
  for (const path of graph.keys()) visit(path, []);
  return circles;
}

/** Places where the same six lines (imports, braces and blank lines aside) stand again. `files`: path → text. */
export function duplicatesIn(files) {
  const seen = new Map();
  const duplicates = [];
  for (const [path, text] of files) {
    const lines = text
      .split('\n')
      .map((line, i) => ({ line: line.trim(), at: i + 1 }))
      .filter(({ line }) => /\w/.test(line) && !/^(import|export \{|\} from|\*|\/\*|\/\/)/.test(line));
    for (let i = 0; i + DUPLICATE_LINES <= lines.length; i += 1) {
      const block = lines.slice(i, i + DUPLICATE_LINES);
      const key = block.map(({ line }) => line).join('\n');
      const place = `${path}:${block[0].at}`;
      if (seen.has(key)) {
        duplicates.push(`${place} as ${seen.get(key)}`);
        i += DUPLICATE_LINES - 1;
      } else seen.set(key, place);
    }
  }
  return duplicates;
}

/** The middle value; 0 of none. */
export function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
