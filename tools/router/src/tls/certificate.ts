import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { keyIdentifier, signCertificate, type CertificateFields } from './x509.js';

/** What a certificate is made for. */
export interface CertificateOptions {
  /** Names and addresses beside {@link LOCAL_HOSTS}. Default: none. */
  readonly hosts?: readonly string[];
  /** Days until it ends. Default: 7. */
  readonly days?: number;
}

/** PEM of a certificate, its key, and the authority to trust. */
export interface MadeCertificate {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** What every certificate is good for. */
const LOCAL_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '::1'];

const DEFAULT_DAYS = 7;
const DAY_MS = 86_400_000;

/** Clocks of client and router may differ by that much. */
const CLOCK_SKEW_MS = 300_000;

const AUTHORITY = 'NOMYO local router, authority made on the spot';

/**
 * A server certificate and the authority that signed it, ECDSA P-256, made on the spot. The authority's key is
 * forgotten at once, and its certificate is good for these hosts only: whoever trusts it trusts nothing else.
 */
export async function makeCertificate(options: CertificateOptions = {}): Promise<MadeCertificate> {
  const hosts = [...new Set([...LOCAL_HOSTS, ...(options.hosts ?? [])])];
  const [authority, server] = await Promise.all([p256(), p256()]);
  const now = Date.now();
  const common = {
    issuer: AUTHORITY,
    issuerKeyId: keyIdentifier(authority.publicKey),
    hosts,
    notBefore: new Date(now - CLOCK_SKEW_MS),
    notAfter: new Date(now + (options.days ?? DEFAULT_DAYS) * DAY_MS),
  };
  const issue = (fields: Pick<CertificateFields, 'role' | 'subject' | 'subjectKey'>): string =>
    signCertificate(
      { ...common, ...fields, subjectKeyId: keyIdentifier(fields.subjectKey) },
      authority.privateKey,
    );
  return {
    ca: issue({ role: 'authority', subject: AUTHORITY, subjectKey: authority.publicKey }),
    cert: issue({ role: 'server', subject: 'NOMYO local router', subjectKey: server.publicKey }),
    key: pkcs8Pem(server.privateKey),
  };
}

function p256(): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  return promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
}

/** A string, because that is what the TLS options of Node take beside bytes; it protects local test traffic. */
function pkcs8Pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
