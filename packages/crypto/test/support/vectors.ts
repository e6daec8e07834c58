/** The vectors of `test/vectors`, made by another implementation. */
import { readFileSync } from 'node:fs';

export interface EnvelopeCase {
  readonly name: string;
  readonly expect: 'open' | 'refuse';
  readonly envelope: string;
  readonly plaintext_utf8?: string;
}

export interface KeyFile {
  readonly name: string;
  readonly content_base64: string;
  readonly password: string | null;
}

interface KeyVectors {
  readonly recipient_public_key_pem: string;
  readonly recipient_spki_sha256_base64: string;
  readonly files: readonly KeyFile[];
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));
}

export const envelopeCases = (read('envelopes') as { cases: EnvelopeCase[] }).cases;
export const goodCases = envelopeCases.filter(({ expect }) => expect === 'open');
export const keyVectors = read('keys') as KeyVectors;

/** The bytes of a key file of the vectors. */
export function keyFile(name: string): Buffer {
  const file = keyVectors.files.find((candidate) => candidate.name === name);
  if (file === undefined) throw new Error(`no key file ${name}`);
  return Buffer.from(file.content_base64, 'base64');
}
