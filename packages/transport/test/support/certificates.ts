/** Certificates made on the spot (P-256: quick to make). */
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { createHash, X509Certificate } from 'node:crypto';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

export interface Identity {
  readonly cert: string;
  readonly key: string;
}

export interface LeafOptions {
  readonly names?: readonly string[];
  /** Days from now. */
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly client?: boolean;
}

x509.cryptoProvider.set(globalThis.crypto);

async function keyPair(): Promise<CryptoKeyPair> {
  return globalThis.crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function pemOfKey(key: CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await globalThis.crypto.subtle.exportKey('pkcs8', key));
  return `-----BEGIN PRIVATE KEY-----\n${pkcs8.toString('base64')}\n-----END PRIVATE KEY-----\n`;
}

const fromNow = (days: number): Date => new Date(Date.now() + days * DAY_MS);

/** A certificate authority that issues certificates for servers and clients. */
export class Authority {
  readonly #keys: CryptoKeyPair;
  readonly #certificate: x509.X509Certificate;

  private constructor(keys: CryptoKeyPair, certificate: x509.X509Certificate) {
    this.#keys = keys;
    this.#certificate = certificate;
  }

  static async create(name = 'Test CA'): Promise<Authority> {
    const keys = await keyPair();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name: `CN=${name}`,
      notBefore: fromNow(-10),
      notAfter: fromNow(10),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 2, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      ],
    });
    return new Authority(keys, certificate);
  }

  /** One that this one vouches for: the middle of a chain. */
  async subordinate(name = 'Issuing CA'): Promise<Authority> {
    const keys = await keyPair();
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: '04',
      subject: `CN=${name}`,
      issuer: this.#certificate.subject,
      notBefore: fromNow(-10),
      notAfter: fromNow(10),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      ],
    });
    return new Authority(keys, certificate);
  }

  get pem(): string {
    return `${this.#certificate.toString('pem')}\n`;
  }

  async issue({
    names = ['localhost', '127.0.0.1'],
    notBefore = -1,
    notAfter = 1,
    client,
  }: LeafOptions = {}): Promise<Identity> {
    const keys = await keyPair();
    const usage = client === true ? x509.ExtendedKeyUsage.clientAuth : x509.ExtendedKeyUsage.serverAuth;
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: '02',
      subject: `CN=${names[0] ?? 'nobody'}`,
      issuer: this.#certificate.subject,
      notBefore: fromNow(notBefore),
      notAfter: fromNow(notAfter),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      extensions: [
        new x509.ExtendedKeyUsageExtension([usage]),
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: /^[\d.]+$/.test(value) ? 'ip' : 'dns', value }) as const),
        ),
      ],
    });
    return { cert: `${certificate.toString('pem')}\n`, key: await pemOfKey(keys.privateKey) };
  }
}

/** An untrusted certificate. */
export async function selfSigned(): Promise<Identity> {
  const keys = await keyPair();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '03',
    name: 'CN=localhost',
    notBefore: fromNow(-1),
    notAfter: fromNow(1),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  });
  return { cert: `${certificate.toString('pem')}\n`, key: await pemOfKey(keys.privateKey) };
}

/** `sha256/BASE64` of the SPKI, made without the code under test. */
export function pinOf({ cert }: Identity): string {
  const spki = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
  return `sha256/${createHash('sha256').update(spki).digest('base64')}`;
}
