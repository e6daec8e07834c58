/** Key files in formats that this package does not read, each with the command that converts it. */

import { SecurityError } from '@nomyo/base';

/** The command by which openssl converts a key to a format that this package reads. */
const TO_PKCS8 = 'openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000';

/** Makes a command line out of a path. */
type Conversion = (path: string) => string;

/** The source format of a conversion. */
export type ForeignFormat = 'pem' | 'legacyPem' | 'openSsh' | 'pkcs12' | 'putty' | 'utf16' | 'jwk';

const CONVERSIONS: Readonly<Record<ForeignFormat, Conversion>> = {
  pem: (path) => `${TO_PKCS8} -in ${path} -out private_key.pem`,
  /** OpenSSL 3 has old ciphers in a provider that must be loaded explicitly. */
  legacyPem: (path) => `${TO_PKCS8} -provider legacy -provider default -in ${path} -out private_key.pem`,
  openSsh: (path) => `ssh-keygen -p -m PKCS8 -f ${path}`,
  pkcs12: (path) => `openssl pkcs12 -nocerts -in ${path} -out private_key.pem`,
  putty: (path) => `puttygen ${path} -O private-openssh -o private_key.pem`,
  utf16: (path) => `iconv -f UTF-16 -t UTF-8 -o private_key.pem ${path}`,
  jwk: (path) =>
    `node -p "crypto.createPrivateKey({ format: 'jwk', key: JSON.parse(fs.readFileSync('${path}')) }).export({ type: 'pkcs8', format: 'pem' })"`,
};

/** Turned into a `KeyStoreError` where the path is known; see {@link describeUnsupported}. */
export class UnsupportedFormat extends SecurityError {
  override readonly name: string = 'UnsupportedFormat';
  readonly conversion: ForeignFormat;

  /** @param what name of the format, with its article */
  constructor(what: string, conversion: ForeignFormat) {
    super('INVALID_KEY', what);
    this.conversion = conversion;
  }
}

/** The message for the owner of the file. */
export function describeUnsupported({ message, conversion }: UnsupportedFormat, path: string): string {
  const command = CONVERSIONS[conversion](quoted(path));
  return `this format is not supported: ${message}. The file was left untouched; convert it with: ${command}`;
}

/** Quotes a path for a POSIX shell. */
function quoted(path: string): string {
  return /^[\w./:@%+,-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
