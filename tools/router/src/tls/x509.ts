/** As much of an X.509 v3 certificate (RFC 5280) as a local authority and one server need, written as DER. */
import { createHash, randomBytes, sign, type KeyObject } from 'node:crypto';
import { DER_TAG, derEncode, derOid, derSmallUnsigned } from '@nomyo/crypto/der';
import { extensionsOf, type ExtensionFields } from './extensions.js';

/** What a certificate says. */
export interface CertificateFields extends ExtensionFields {
  /** Common names. */
  readonly subject: string;
  readonly issuer: string;
  readonly subjectKey: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const TAG = { utf8String: 0x0c, utcTime: 0x17, generalizedTime: 0x18, set: 0x31, context3: 0xa3 } as const;

const OID = {
  /** 1.2.840.10045.4.3.2, RFC 5758 §3.2 */
  ecdsaWithSha256: '2a8648ce3d040302',
  /** 2.5.4.3, RFC 5280 appendix A.1 */
  commonName: '550403',
} as const;

/** RFC 5280 §4.1.2.2 allows 20; the first bit is kept 0, so that the number is positive. */
const SERIAL_BYTES = 16;

/** RFC 5280 §4.1.2.5: UTCTime until 2049. */
const LAST_UTC_TIME_YEAR = 2049;

/** A certificate as PEM, signed with a P-256 key. */
export function signCertificate(fields: CertificateFields, signingKey: KeyObject): string {
  const tbs = tbsCertificate(fields);
  const signature = bitString(sign('sha256', tbs, { key: signingKey, dsaEncoding: 'der' }));
  const der = sequence(tbs, signatureAlgorithm(), signature);
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/gu) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/** RFC 7093 §2: the first 160 bits of a SHA-256 of the key. */
export function keyIdentifier(key: KeyObject): Uint8Array {
  return createHash('sha256').update(spki(key)).digest().subarray(0, 20);
}

/** RFC 5280 §4.1.2 */
function tbsCertificate(fields: CertificateFields): Uint8Array {
  return sequence(
    derEncode(DER_TAG.context0, derSmallUnsigned(2)),
    serialNumber(),
    signatureAlgorithm(),
    name(fields.issuer),
    sequence(time(fields.notBefore), time(fields.notAfter)),
    name(fields.subject),
    spki(fields.subjectKey),
    derEncode(TAG.context3, sequence(...extensionsOf(fields))),
  );
}

function serialNumber(): Uint8Array {
  const serial = randomBytes(SERIAL_BYTES);
  // Between 0x40 and 0x7f: positive, and in the shortest form.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return derEncode(DER_TAG.integer, serial);
}

function signatureAlgorithm(): Uint8Array {
  return sequence(derOid(OID.ecdsaWithSha256));
}

function name(commonName: string): Uint8Array {
  const text = derEncode(TAG.utf8String, Buffer.from(commonName, 'utf8'));
  return sequence(derEncode(TAG.set, sequence(derOid(OID.commonName), text)));
}

function time(date: Date): Uint8Array {
  const digits = `${date.toISOString().replace(/\..*|[-:T]/gu, '')}Z`;
  if (date.getUTCFullYear() > LAST_UTC_TIME_YEAR) {
    return derEncode(TAG.generalizedTime, Buffer.from(digits, 'ascii'));
  }
  return derEncode(TAG.utcTime, Buffer.from(digits.slice(2), 'ascii'));
}

function spki(key: KeyObject): Uint8Array {
  return key.export({ type: 'spki', format: 'der' });
}

function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return derEncode(DER_TAG.sequence, ...parts);
}

function bitString(bytes: Uint8Array): Uint8Array {
  return derEncode(DER_TAG.bitString, Uint8Array.of(0), bytes);
}
