/** The extensions of a certificate (RFC 5280 §4.2.1): what it may be used for, and for which hosts. */
import { isIPv4, isIPv6 } from 'node:net';
import { DER_TAG, derEncode, derOid, derSmallUnsigned } from '@nomyo/crypto/der';

export interface ExtensionFields {
  /** An authority for these hosts only, or a server of that name. */
  readonly role: 'authority' | 'server';
  /** Host names and IP addresses. */
  readonly hosts: readonly string[];
  readonly subjectKeyId: Uint8Array;
  readonly issuerKeyId: Uint8Array;
}

const TAG = { boolean: 0x01, context0Primitive: 0x80, dnsName: 0x82, ipAddress: 0x87 } as const;

/** RFC 5280 §4.2.1.1 to §4.2.1.12 */
const OID = {
  subjectKeyIdentifier: '551d0e',
  keyUsage: '551d0f',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
  nameConstraints: '551d1e',
  authorityKeyIdentifier: '551d23',
  extendedKeyUsage: '551d25',
  serverAuth: '2b06010505070301',
} as const;

/** Unused bits, then the bits: keyCertSign is bit 5, digitalSignature bit 0 (§4.2.1.3). */
const KEY_USAGE = { authority: [2, 0x04], server: [7, 0x80] } as const;

const TRUE = derEncode(TAG.boolean, Uint8Array.of(0xff));

/** The extensions, each as DER. */
export function extensionsOf(fields: ExtensionFields): readonly Uint8Array[] {
  const { role, subjectKeyId, issuerKeyId } = fields;
  const authorityKey = sequence(derEncode(TAG.context0Primitive, issuerKeyId));
  return [
    critical(OID.keyUsage, derEncode(DER_TAG.bitString, Uint8Array.from(KEY_USAGE[role]))),
    plain(OID.subjectKeyIdentifier, derEncode(DER_TAG.octetString, subjectKeyId)),
    plain(OID.authorityKeyIdentifier, authorityKey),
    ...(role === 'authority' ? authorityExtensions(fields.hosts) : serverExtensions(fields.hosts)),
  ];
}

/** An authority that can vouch for nothing but these hosts, whoever trusts it. */
function authorityExtensions(hosts: readonly string[]): readonly Uint8Array[] {
  const noAuthorityBelow = derSmallUnsigned(0);
  const permitted = hosts.map((host) => sequence(nameConstraint(host)));
  return [
    critical(OID.basicConstraints, sequence(TRUE, noAuthorityBelow)),
    critical(OID.nameConstraints, sequence(derEncode(DER_TAG.context0, ...permitted))),
  ];
}

function serverExtensions(hosts: readonly string[]): readonly Uint8Array[] {
  return [
    critical(OID.basicConstraints, sequence()),
    plain(OID.extendedKeyUsage, sequence(derOid(OID.serverAuth))),
    plain(OID.subjectAltName, sequence(...hosts.map(alternativeName))),
  ];
}

function alternativeName(host: string): Uint8Array {
  const address = ipBytes(host);
  return address === undefined ? dnsName(host) : derEncode(TAG.ipAddress, address);
}

/** An address stands with a mask of the same length (§4.2.1.10). */
function nameConstraint(host: string): Uint8Array {
  const address = ipBytes(host);
  if (address === undefined) return dnsName(host);
  return derEncode(TAG.ipAddress, address, new Uint8Array(address.byteLength).fill(0xff));
}

function dnsName(host: string): Uint8Array {
  return derEncode(TAG.dnsName, Buffer.from(host, 'ascii'));
}

/** 4 or 16 bytes, or `undefined` when it is a name. */
function ipBytes(host: string): Uint8Array | undefined {
  if (isIPv4(host)) return Uint8Array.from(host.split('.'), Number);
  return isIPv6(host) ? ipv6Bytes(host) : undefined;
}

function ipv6Bytes(host: string): Uint8Array {
  // The URL parser writes every form of an address in one: hexadecimal groups, the longest run of zeros as `::`.
  const [head = '', tail = ''] = new URL(`http://[${host}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => parseInt(group, 16));
  const [left, right] = [groups(head), groups(tail)];
  const zeros = new Array<number>(8 - left.length - right.length).fill(0);
  return Uint8Array.from([...left, ...zeros, ...right].flatMap((group) => [group >> 8, group & 0xff]));
}

function critical(oid: string, value: Uint8Array): Uint8Array {
  return sequence(derOid(oid), TRUE, derEncode(DER_TAG.octetString, value));
}

function plain(oid: string, value: Uint8Array): Uint8Array {
  return sequence(derOid(oid), derEncode(DER_TAG.octetString, value));
}

function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return derEncode(DER_TAG.sequence, ...parts);
}
