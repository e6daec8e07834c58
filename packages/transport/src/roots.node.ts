/**
 * The authorities that Node trusts when it is told nothing. Naming an own one replaces them all, those of
 * `NODE_EXTRA_CA_CERTS` and `--use-system-ca` too, so whoever adds one has to name the others again.
 */
import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';

/** PEM certificates. */
export function defaultRoots(): readonly string[] {
  // Node 22.15 and later knows them itself.
  const library: MaybeNewer = tls;
  return library.getCACertificates?.('default') ?? [...tls.rootCertificates, ...extraRoots()];
}

interface MaybeNewer extends Pick<typeof tls, 'rootCertificates'> {
  readonly getCACertificates?: (type: 'default') => readonly string[];
}

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
