/**
 * Text that others wrote, for a terminal: whatever would move the cursor, colour, rename the window or turn the line
 * around is shown instead of done. Pure.
 */

const LINE_FEED = 0x0a;
const TAB = 0x09;
const DELETE = 0x7f;

/** The block "Control Pictures" has a sign for each of the C0 controls at the same distance. */
const CONTROL_PICTURES = 0x2400;
const FIRST_PRINTABLE = 0x20;
const DELETE_PICTURE = '\u2421';

/** Controls but for line feed and tab; what Unicode formats with (bidirectional, invisible, tags); lone surrogates. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Joins letters of real scripts and emoji; harmless between others. */
const JOINERS: readonly string[] = ['\u200c', '\u200d'];

/** @returns the text with every control or format character made visible, but for line feeds and tabs */
export function visible(text: string): string {
  return text.replaceAll(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code === LINE_FEED || code === TAB || JOINERS.includes(character)) return character;
    if (code < FIRST_PRINTABLE) return String.fromCodePoint(CONTROL_PICTURES + code);
    if (code === DELETE) return DELETE_PICTURE;
    return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
  });
}
