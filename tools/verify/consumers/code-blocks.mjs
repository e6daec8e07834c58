// The TypeScript of Markdown files, as a reader would copy it.

const BLOCK = /^```(?:ts|js)\n([\s\S]*?)^```$/gm;

/** @returns each block with the line that it begins at */
export function codeBlocks(markdown) {
  return [...markdown.matchAll(BLOCK)].map(({ index, 1: code }) => ({
    line: markdown.slice(0, index).split('\n').length + 1,
    code,
  }));
}
