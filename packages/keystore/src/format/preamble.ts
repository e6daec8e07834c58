/**
 * What a private key file says about its pair: text before the PEM block, which every reader of PEM skips (RFC 7468
 * §2). It stands in the same file as the key, so that one rename stores both.
 */
import type { Bytes } from '@nomyo/base';

/** What is known of a pair besides its key. */
export interface PairRecord {
  /** Unix time in ms; `undefined` when the file does not say. */
  readonly createdAt: number | undefined;
  /** Fingerprints of the pairs that this one took over from. */
  readonly replaces: readonly string[];
  /** Of what the PEM block holds, encrypted or not: tells damage on the disk. `undefined` in files without it. */
  readonly digest: string | undefined;
}

const BEGIN = '-----BEGIN ';
const NOTE = 'Private key of a NOMYO client. Whoever has it can read what the client is answered.';

const CREATED = /^Created: (\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{3})?Z)$/m;
const DIGEST = /^Digest: (sha256\/[A-Za-z0-9+/]{43}=)$/m;
const REPLACES = /^Replaces: (sha256\/[A-Za-z0-9+/]{43}=)$/gm;

/** The text to write before the block. */
export function writePreamble({ createdAt, replaces, digest }: PairRecord): Bytes {
  const lines = [
    NOTE,
    ...(createdAt === undefined ? [] : [`Created: ${new Date(createdAt).toISOString()}`]),
    ...replaces.map((fingerprint) => `Replaces: ${fingerprint}`),
    ...(digest === undefined ? [] : [`Digest: ${digest}`]),
  ];
  return new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''));
}

/** What the file says; nothing after the first block is looked at. */
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

/** The key itself never becomes a string. */
function preambleLength(file: Uint8Array): number {
  const marker = new TextEncoder().encode(BEGIN);
  for (let i = file.indexOf(0x2d); i !== -1; i = file.indexOf(0x2d, i + 1)) {
    if (marker.every((byte, k) => file[i + k] === byte)) return i;
  }
  return 0;
}
