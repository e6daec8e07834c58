/**
 * The authorities that Node trusts when it is told nothing. Naming an own one replaces them all, those of
 * `NODE_EXTRA_CA_CERTS` and `--use-system-ca` too, so adding one means naming the others again.
 */
import { InvalidArgumentError } from '@nomyo/base';
import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';

/** PEM certificates. */
export function defaultRoots(): readonly string[] {
  return library.getCACertificates?.('default') ?? [...tls.rootCertificates, ...extraRoots()];
}

/**
 * Those of the operating system, as PEM.
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

/** Node 22.15 and later know both. */
const library: Pick<typeof tls, 'rootCertificates'> & {
  readonly getCACertificates?: (type: 'default' | 'system') => readonly string[];
} = tls;

/** As Node does at its start, where an unreadable file is a warning and no error. */
function extraRoots(): readonly string[] {
  const path = process.env['NODE_EXTRA_CA_CERTS'];
  if (path === undefined || path === '') return [];
  try {
    return [readFileSync(path, 'latin1')];
  } catch {
    return [];
  }
}
