/** The text of a file of known keys: one line per key, with its name and its fingerprint. */

const NOTE = `# The first key seen of each router. Any other key of that router is refused.
# After you remove a line, the next key seen of that router takes its place.
`;

const LINE = /^(\S+) (sha256\/[A-Za-z0-9+/]{43}=)$/;

/** Reports whether the value is `sha256/` and the base64 of 32 bytes. */
export function isFingerprint(value: unknown): value is string {
  return typeof value === 'string' && LINE.test(`- ${value}`);
}

/** Fingerprints by name, or the number of the first damaged line, counted from 1. */
export type ParsedKnownKeys =
  { readonly content: ReadonlyMap<string, string> } | { readonly damagedLine: number };

/** Parses the text of the file. */
export function parseKnownKeys(text: string): ParsedKnownKeys {
  const known = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name = '', fingerprint = ''] = LINE.exec(line) ?? [];
    // With two lines for one name, nobody knows which one was meant.
    if (name === '' || known.has(name)) return { damagedLine: index + 1 };
    known.set(name, fingerprint);
  }
  return { content: known };
}

/** Formats the text of the file, with a note on its first lines. */
export function formatKnownKeys(known: ReadonlyMap<string, string>): string {
  return NOTE + Array.from(known, ([name, fingerprint]) => `${name} ${fingerprint}\n`).join('');
}
