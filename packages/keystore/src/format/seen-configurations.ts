/** The text of a file of seen configurations: one line per realm, with its name percent-encoded, and two numbers. */
import type { SeenConfiguration } from '../remembered/seen-configurations.js';

const NOTE = `# The newest key configuration accepted from each realm: epoch and time of issue. Older ones are refused.
`;

const LINE = /^(\S+) (\d{1,10}) (\d{1,16})$/;

/** Configurations by realm, or the number of the first damaged line, counted from 1. */
export type ParsedSeen =
  { readonly content: ReadonlyMap<string, SeenConfiguration> } | { readonly damagedLine: number };

/** Parses the text of the file. */
export function parseSeen(text: string): ParsedSeen {
  const content = new Map<string, SeenConfiguration>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name = '', epoch, issuedAt] = LINE.exec(line) ?? [];
    const realm = decoded(name);
    if (realm === undefined || content.has(realm)) return { damagedLine: index + 1 };
    content.set(realm, { epoch: Number(epoch), issuedAt: Number(issuedAt) });
  }
  return { content };
}

/** Formats the text of the file, with a note on its first lines. */
export function formatSeen(seen: ReadonlyMap<string, SeenConfiguration>): string {
  const lines = Array.from(
    seen,
    ([realm, { epoch, issuedAt }]) => `${encodeURIComponent(realm)} ${String(epoch)} ${String(issuedAt)}\n`,
  );
  return NOTE + lines.join('');
}

function decoded(name: string): string | undefined {
  if (name === '') return undefined;
  try {
    const realm = decodeURIComponent(name);
    return encodeURIComponent(realm) === name ? realm : undefined;
  } catch {
    return undefined;
  }
}
