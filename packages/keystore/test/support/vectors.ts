import { readFileSync } from 'node:fs';

/** One private key file of another program. */
export interface KeyFileVector {
  readonly name: string;
  readonly content_base64: string;
  readonly password: string | null;
  readonly expect: 'load' | 'refuse';
  readonly note: string;
}

interface KeyFileVectors {
  readonly recipient_public_key_pem: string;
  readonly recipient_spki_sha256_base64: string;
  readonly files: readonly KeyFileVector[];
}

const path = new URL('../vectors/keys.json', import.meta.url);

export const vectors = JSON.parse(readFileSync(path, 'utf8')) as KeyFileVectors;

/** The bytes of one file. */
export function vectorFile(name: string): Buffer {
  const file = vectors.files.find((entry) => entry.name === name);
  if (file === undefined) throw new Error(`there is no vector ${name}`);
  return Buffer.from(file.content_base64, 'base64');
}

/** The password of nearly all of them. */
export const VECTOR_PASSWORD = 'correct horse shared';
