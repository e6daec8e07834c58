/** Foreign text in messages. */

/** Characters that can move a cursor, hide text or end a line: controls, formats, surrogates, separators. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\s]+/gu;

const LONE_HIGH_SURROGATE = /[\uD800-\uDBFF]$/u;

/**
 * Makes foreign text fit for a message: one line, no control or bidirectional characters, and no longer than
 * `maxLength`.
 *
 * @param maxLength in UTF-16 code units
 */
export function cleanText(text: string, maxLength: number): string {
  // Cut before the search as well, so that the work stays bounded however long the text is.
  const clean = text
    .slice(0, maxLength * 4)
    .replace(UNPRINTABLE, ' ')
    .trim();
  if (clean.length <= maxLength && text.length <= maxLength * 4) return clean;
  return `${clean.slice(0, maxLength - 1).replace(LONE_HIGH_SURROGATE, '')}…`;
}
