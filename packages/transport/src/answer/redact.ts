/**
 * Removes secrets from foreign text, in any spelling. Routers, gateways and libraries repeat what they were sent: as it
 * is, in JSON, in a URL, in base64.
 */

/** Returns the text with its secrets replaced. */
export type Redact = (text: string) => string;

const REDACTED = '[API key]';

/** Shortest secret that is searched for, in characters: a shorter one would be found in any text. */
const MIN_SECRET_LENGTH = 6;

/**
 * Makes a function that replaces secrets. It finds each one as it is and with any of its characters escaped (JSON,
 * JavaScript, percent-encoding, HTML, even several times), in base64 and base64url at any offset, and in hexadecimal.
 */
export function redactor(secrets: readonly string[]): Redact {
  const long = secrets.filter((secret) => secret.length >= MIN_SECRET_LENGTH);
  if (long.length === 0) return (text) => text;
  // Compiled on first use: most requests end without an error.
  let pattern: RegExp | undefined;
  return (text) => text.replace((pattern ??= new RegExp(long.flatMap(patternsOf).join('|'), 'g')), REDACTED);
}

function patternsOf(secret: string): string[] {
  const bytes = [...new TextEncoder().encode(secret)];
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0'));
  return [
    Array.from(secret, escapedCharacter).join(''),
    ...[0, 1, 2].map((offset) => base64Pattern(bytes, offset)),
    hex.map((digits) => `(?:${digits}|${digits.toUpperCase()})`).join(''),
  ];
}

/** A pattern for one character in any of the usual notations. */
function escapedCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = anyCase(code.toString(16));
  const spellings = [
    // JSON allows a backslash before a slash, and JSON within JSON doubles it. All repeats are bounded: the text is
    // hostile.
    `\\\\{0,8}${escapeForRegExp(character)}`,
    `\\\\{1,8}u0{0,6}${hex}`,
    `\\\\{1,8}x${hex}`,
    `\\\\{1,8}u\\{0{0,6}${hex}\\}`,
    `%(?:25){0,8}${hex}`,
    `&(?:amp;)?#[xX]0{0,6}${hex};`,
    `&(?:amp;)?#0{0,6}${String(code)};`,
    ...(NAMED_ENTITIES[character] ?? []).map((name) => `&(?:amp;)?${name};`),
  ];
  return `(?:${spellings.join('|')})`;
}

const NAMED_ENTITIES: Readonly<Record<string, readonly string[]>> = {
  '&': ['amp'],
  '<': ['lt'],
  '>': ['gt'],
  '"': ['quot'],
  "'": ['apos'],
  '+': ['plus'],
  '/': ['sol'],
  '=': ['equals'],
};

/**
 * A pattern for the secret within a longer text in base64 (RFC 4648 §4, §5). Characters at its ends that also hold bits
 * of neighbouring bytes are left out.
 *
 * @param offset offset of the secret in a group of three bytes
 */
function base64Pattern(bytes: readonly number[], offset: number): string {
  const wholeBits = (offset + bytes.length) * 8;
  const encoded = btoa('\0'.repeat(offset) + String.fromCharCode(...bytes));
  const stable = encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(wholeBits / 6));
  return `[\\w+/-]?${Array.from(stable, base64Character).join('')}[\\w+/-]?=*`;
}

function base64Character(character: string): string {
  if (character === '+') return `(?:-|${escapedCharacter('+')})`;
  if (character === '/') return `(?:_|${escapedCharacter('/')})`;
  return character;
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

function escapeForRegExp(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
}
