/** Cuts a complete text into pieces, as a model would have streamed it. Pure. */

/** Least length of a piece as a share of the text before it; the first pieces are single words. */
const GROWTH = 1 / 48;

/** A piece without a space to end at is cut at this multiple of its least length. */
const LONGEST = 4;

/** Shortest piece of a text without spaces, in UTF-16 code units. */
const SHORTEST_CUT = 16;

/** Continuations of a character: combining marks, variation selectors, skin tones, joiners, Hangul vowels. */
const CONTINUES = /^[\p{M}\p{EMod}\u{200D}\u{1160}-\u{11FF}\u{E0020}-\u{E007F}]/u;
const REGIONAL = /^\p{RI}/u;
const JOINER = '\u200D';

/**
 * Cuts a text into words, each with the space after it, and several in one piece once the text is long: 400 kB become
 * some 400 pieces. No character is cut in two, and the pieces joined give the text.
 */
export function* pieces(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const end = endOfPiece(text, start, Math.floor(start * GROWTH));
    yield text.slice(start, end);
    start = end;
  }
}

function endOfPiece(text: string, start: number, least: number): number {
  const latest = start + Math.max(least, SHORTEST_CUT) * LONGEST;
  if (text.length <= start + least) return text.length;
  const end = endOfWord(text, Math.max(start + least, start + 1), latest);
  return endOfCharacter(text, end ?? start + Math.max(least, SHORTEST_CUT));
}

/** The end of the first white space at or after `from`; `undefined` if there is none before `latest`. */
function endOfWord(text: string, from: number, latest: number): number | undefined {
  let at = from;
  while (at < text.length && !isSpace(text, at)) {
    if (at >= latest) return undefined;
    at += 1;
  }
  while (at < latest && isSpace(text, at)) at += 1;
  return at;
}

function isSpace(text: string, at: number): boolean {
  return /^\s/.test(text.charAt(at));
}

/** The first place at or after `from` where no character is cut. */
function endOfCharacter(text: string, from: number): number {
  let end = from;
  while (end < text.length && isInside(text, end)) end += 1;
  return Math.min(end, text.length);
}

function isInside(text: string, at: number): boolean {
  const next = text.slice(at, at + 2);
  if (isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1))) return true;
  if (text.charAt(at - 1) === JOINER || CONTINUES.test(next)) return true;
  return REGIONAL.test(next) && REGIONAL.test(text.slice(at - 2, at));
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
