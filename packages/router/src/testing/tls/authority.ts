/** An X.509 authority (RFC 5280) for a few hosts, and the server certificates that it signs. */
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  NameConstraints,
} from '@peculiar/asn1-x509';
import * as x509 from '@peculiar/x509';

/** PEM of a server certificate and its key. */
export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Signs for as long as it is referenced: its key is never written anywhere. */
export interface Authority {
  /** PEM of the authority's own certificate. */
  readonly pem: string;
  /** @param hosts host names and IP addresses that the server is reached by */
  issue(hosts: readonly string[]): Promise<IssuedCertificate>;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const SERIAL_BYTES = 16;
const DAY_MS = 86_400_000;

/** The clocks of client and router may differ by this much. */
const CLOCK_SKEW_MS = 300_000;

const NAMES = {
  authority: 'CN=NOMYO local router\\, authority made on the spot',
  server: 'CN=NOMYO local router',
} as const;

/**
 * @param hosts the only host names that it can vouch for; addresses among them are not constrained
 * @param days until it and everything it issues end
 */
export async function createAuthority(hosts: readonly string[], days: number): Promise<Authority> {
  x509.cryptoProvider.set(globalThis.crypto);
  const validity = {
    notBefore: new Date(Date.now() - CLOCK_SKEW_MS),
    notAfter: new Date(Date.now() + days * DAY_MS),
  };
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: serialNumber(),
    name: NAMES.authority,
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: await authorityExtensions(hosts, keys.publicKey),
  });
  const issue = async (names: readonly string[]): Promise<IssuedCertificate> => {
    const { publicKey, privateKey } = await makeKeys();
    const leaf = await x509.X509CertificateGenerator.create({
      ...validity,
      serialNumber: serialNumber(),
      subject: NAMES.server,
      issuer: certificate.subject,
      signingAlgorithm: ALGORITHM,
      publicKey,
      signingKey: keys.privateKey,
      extensions: await serverExtensions(names, publicKey, keys.publicKey),
    });
    return { cert: pem(leaf), key: await pkcs8Pem(privateKey) };
  };
  return { pem: pem(certificate), issue };
}

async function authorityExtensions(hosts: readonly string[], key: CryptoKey): Promise<x509.Extension[]> {
  return [
    new x509.BasicConstraintsExtension(true, 0, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    await x509.SubjectKeyIdentifierExtension.create(key),
    nameConstraints(hosts.filter((host) => isIP(host) === 0)),
  ];
}

async function serverExtensions(
  names: readonly string[],
  key: CryptoKey,
  authorityKey: CryptoKey,
): Promise<x509.Extension[]> {
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    await x509.SubjectKeyIdentifierExtension.create(key),
    await x509.AuthorityKeyIdentifierExtension.create(authorityKey),
    new x509.SubjectAlternativeNameExtension(
      names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const),
    ),
  ];
}

/** RFC 5280 §4.2.1.10, critical: an authority for these host names only. */
function nameConstraints(dnsNames: readonly string[]): x509.Extension {
  const subtrees = dnsNames.map((dNSName) => new GeneralSubtree({ base: new GeneralName({ dNSName }) }));
  const constraints = new NameConstraints({ permittedSubtrees: new GeneralSubtrees(subtrees) });
  return new x509.Extension(id_ce_nameConstraints, true, AsnConvert.serialize(constraints));
}

/** RFC 5280 §4.1.2.2: positive, so the first bit is 0; the bit after it keeps the length. */
function serialNumber(): string {
  const serial = randomBytes(SERIAL_BYTES);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial.toString('hex');
}

function makeKeys(): Promise<CryptoKeyPair> {
  return globalThis.crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function pem(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

/** A string, because TLS in Node takes one; it protects test traffic on this machine. */
async function pkcs8Pem(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await globalThis.crypto.subtle.exportKey('pkcs8', key));
  return `${x509.PemConverter.encode(der, 'PRIVATE KEY')}\n`;
}
