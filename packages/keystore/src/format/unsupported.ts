/** Key files that are whole, but in a format that this package does not read; and the one command that changes that. */

import { SecurityError } from '@nomyo/base';

/** What openssl turns a key into that we read. */
const TO_PKCS8 = 'openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000';

/** Makes a command line out of a path. */
type Conversion = (path: string) => string;

/** What a conversion starts from. */
export type ForeignFormat = 'pem' | 'legacyPem' | 'openSsh' | 'pkcs12' | 'putty' | 'utf16' | 'jwk';

const CONVERSIONS: Readonly<Record<ForeignFormat, Conversion>> = {
  pem: (path) => `${TO_PKCS8} -in ${path} -out private_key.pem`,
  /** Old ciphers are in a part of OpenSSL 3 that has to be asked for. */
  legacyPem: (path) => `${TO_PKCS8} -provider legacy -provider default -in ${path} -out private_key.pem`,
  openSsh: (path) => `ssh-keygen -p -m PKCS8 -f ${path}`,
  pkcs12: (path) => `openssl pkcs12 -nocerts -in ${path} -out private_key.pem`,
  putty: (path) => `puttygen ${path} -O private-openssh -o private_key.pem`,
  utf16: (path) => `iconv -f UTF-16 -t UTF-8 -o private_key.pem ${path}`,
  jwk: (path) =>
    `node -p "crypto.createPrivateKey({ format: 'jwk', key: JSON.parse(fs.readFileSync('${path}')) }).export({ type: 'pkcs8', format: 'pem' })"`,
};

/** Whoever knows the path makes a `KeyStoreError` of it, see {@link describeUnsupported}. */
export class UnsupportedFormat extends SecurityError {
  override readonly name: string = 'UnsupportedFormat';
  readonly conversion: ForeignFormat;

  /** @param what the format, as in "it is …" */
  constructor(what: string, conversion: ForeignFormat) {
    super('INVALID_KEY', what);
    this.conversion = conversion;
  }
}

/** What to tell the owner of the file. */
export function describeUnsupported({ message, conversion }: UnsupportedFormat, path: string): string {
  const command = CONVERSIONS[conversion](quoted(path));
  return `this format is not supported: ${message}. The file was left untouched; convert it with: ${command}`;
}

/** A path as a word of a POSIX shell. */
function quoted(path: string): string {
  return /^[\w./:@%+,-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
