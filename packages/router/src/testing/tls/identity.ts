import type { TlsIdentity } from '../http/listener.js';
import { makeCertificate } from './certificate.js';

/** The certificate of a TLS server, and the authority its clients trust. */
export interface Identity extends TlsIdentity {
  /** Of a certificate made on the spot. */
  readonly ca?: string;
}

/** @param tls `true`: a certificate for the local hosts and `host` is made */
export async function makeIdentity(tls: boolean | TlsIdentity, host: string): Promise<Identity | undefined> {
  if (tls === false) return undefined;
  return tls === true ? makeCertificate({ hosts: [host] }) : tls;
}
