/** The options of a certificate. */
export interface CertificateOptions {
  /** Names and addresses in addition to {@link LOCAL_HOSTS}. Default: none. */
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

/** The names and addresses in every certificate. */
const LOCAL_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '::1'];

const DEFAULT_DAYS = 7;

/**
 * A server certificate and the authority that signed it, ECDSA P-256, made on the spot. The authority's key is
 * forgotten at once: trusting it means trusting this one certificate. Its name constraints (RFC 5280 §4.2.1.10) say
 * the same of host names; of addresses they are silent, because Bun refuses constraints on addresses.
 */
export async function makeCertificate(options: CertificateOptions = {}): Promise<MadeCertificate> {
  const hosts = [...new Set([...LOCAL_HOSTS, ...(options.hosts ?? [])])];
  // Loaded when TLS is asked for: the library takes longer to load than the rest of the router.
  const { createAuthority } = await import('./authority.js');
  const authority = await createAuthority(hosts, options.days ?? DEFAULT_DAYS);
  return { ca: authority.pem, ...(await authority.issue(hosts)) };
}
