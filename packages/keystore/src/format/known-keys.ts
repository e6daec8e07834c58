/** The text of a file of known keys: one line a key, its name and its fingerprint. */

const NOTE = `# Keys of routers as they were met first. A key that is not the one in its line is refused.
# Remove a line, and the next key that is met takes its place.
`;

const LINE = /^(\S+) (sha256\/[A-Za-z0-9+/]{43}=)$/;

/** Whether the value is `sha256/` and the base64 of 32 bytes. */
export function isFingerprint(value: unknown): value is string {
  return typeof value === 'string' && LINE.test(`- ${value}`);
}

/** By name; or the number of the first bad line, counted from 1. */
export type ParsedKnownKeys =
  { readonly content: ReadonlyMap<string, string> } | { readonly damagedLine: number };

/** The keys by name, or the number of the first line that cannot be read. */
export function parseKnownKeys(text: string): ParsedKnownKeys {
  const known = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name = '', fingerprint = ''] = LINE.exec(line) ?? [];
    // Two lines for one name: it is unknown which of them was meant.
    if (name === '' || known.has(name)) return { damagedLine: index + 1 };
    known.set(name, fingerprint);
  }
  return { content: known };
}

/** The text of the file, with a note on its first lines. */
export function formatKnownKeys(known: ReadonlyMap<string, string>): string {
  return NOTE + Array.from(known, ([name, fingerprint]) => `${name} ${fingerprint}\n`).join('');
}
