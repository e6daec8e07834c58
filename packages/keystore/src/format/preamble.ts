/**
 * The record of a pair in its private key file: text before the PEM block, which every reader of PEM skips (RFC 7468
 * §2). It is in the same file as the key, so that one rename stores both.
 */
import type { Bytes } from '@nomyo/base';

/** The properties of a pair that its file records besides the key. */
export interface PairRecord {
  /** Creation time, Unix time in ms; `undefined` if the file does not state it. */
  readonly createdAt: number | undefined;
  /** Fingerprints of the pairs that this one replaced. */
  readonly replaces: readonly string[];
  /**
   * Digest of the content of the PEM block, encrypted or not, which reveals damage. `undefined` in files without it.
   */
  readonly digest: string | undefined;
}

const BEGIN = '-----BEGIN ';
const NOTE = 'Private key of a NOMYO client. Anyone who has it can read the answers to that client.';

const CREATED = /^Created: (\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{3})?Z)$/m;
/** Matches any value, so that a damaged `Digest` line is not mistaken for a missing one. */
const DIGEST = /^Digest: (.*)$/m;
const REPLACES = /^Replaces: (sha256\/[A-Za-z0-9+/]{43}=)$/gm;

/** Formats the text before the PEM block. */
export function writePreamble({ createdAt, replaces, digest }: PairRecord): Bytes {
  const lines = [
    NOTE,
    ...(createdAt === undefined ? [] : [`Created: ${new Date(createdAt).toISOString()}`]),
    ...replaces.map((fingerprint) => `Replaces: ${fingerprint}`),
    ...(digest === undefined ? [] : [`Digest: ${digest}`]),
  ];
  return new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''));
}

/** Reads the record in a file; nothing from the first PEM block on is read. */
export function readPreamble(file: Uint8Array): PairRecord {
  const text = new TextDecoder('latin1')
    .decode(file.subarray(0, preambleLength(file)))
    .replaceAll('\r\n', '\n');
  const created = Date.parse(CREATED.exec(text)?.[1] ?? '');
  return {
    createdAt: Number.isNaN(created) ? undefined : created,
    digest: DIGEST.exec(text)?.[1],
    replaces: Array.from(text.matchAll(REPLACES), ([, fingerprint = '']) => fingerprint),
  };
}

/** Length of the text before the PEM block, so that the key itself never becomes a string. */
function preambleLength(file: Uint8Array): number {
  const marker = new TextEncoder().encode(BEGIN);
  for (let i = file.indexOf(0x2d); i !== -1; i = file.indexOf(0x2d, i + 1)) {
    if (marker.every((byte, k) => file[i + k] === byte)) return i;
  }
  return 0;
}
