/**
 * The authorities that Node trusts by default. Its option `ca` replaces them all, including those of
 * `NODE_EXTRA_CA_CERTS` and `--use-system-ca`, so adding one means listing the others again.
 */
import { InvalidArgumentError } from '@nomyo/base';
import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';

/** Node's default authorities, as PEM. */
export function defaultRoots(): readonly string[] {
  return library.getCACertificates?.('default') ?? [...tls.rootCertificates, ...extraRoots()];
}

/**
 * The authorities of the operating system, as PEM.
 *
 * @throws {InvalidArgumentError} when this Node cannot read them
 */
export function systemRoots(): readonly string[] {
  const roots = library.getCACertificates?.('system');
  if (roots !== undefined) return roots;
  throw new InvalidArgumentError(
    'tls.systemRoots',
    `needs Node 22.15, 23.9 or later; this is ${process.version}`,
  );
}

/** Only Node 22.15 and later, and 23.9 and later, have `getCACertificates`. */
const library: Pick<typeof tls, 'rootCertificates'> & {
  readonly getCACertificates?: (type: 'default' | 'system') => readonly string[];
} = tls;

/** Reads NODE_EXTRA_CA_CERTS as Node does at its start, where an unreadable file is only a warning. */
function extraRoots(): readonly string[] {
  const path = process.env['NODE_EXTRA_CA_CERTS'];
  if (path === undefined || path === '') return [];
  try {
    return [readFileSync(path, 'latin1')];
  } catch {
    return [];
  }
}
