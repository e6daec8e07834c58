/** Taking a key configuration, and choosing a key (SPEC 4.2, 4.3). */
import { concatBytes, randomBytes, type Bytes } from '@nomyo/base';
import {
  expectMagic,
  isDelegatedBy,
  readDelegation,
  verifies,
  type Delegation,
  type DelegationPart,
} from './delegation.js';
import { protocolError } from '../errors.js';
import { isSuite, LABEL, LIMITS, MAGIC, SIZES, SUITES, type SuiteId } from '../facts.js';
import { keyIdOf, type PublicKemKey } from './kem-key.js';
import { Reader } from '../layout.js';

/** A key of a document. */
export interface DocumentKey extends PublicKemKey {
  /** Without a meaning in this version. */
  readonly evidence: Bytes;
}

/** A key configuration. Times in Unix seconds. */
export interface KeyDocument extends Delegation {
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Largest body of a request, in bytes. */
  readonly maxRequest: number;
  /** Entries of unknown suites are left out. */
  readonly keys: readonly DocumentKey[];
}

/** The highest numbers taken for a realm. */
export interface SeenDocument {
  readonly epoch: number;
  readonly issuedAt: number;
}

/** The expectations that a document is checked against. */
export interface TakeOptions {
  /** Public keys of pinned roots, 32 raw bytes each. */
  readonly roots: readonly Uint8Array[];
  /** The realm that the document must be for. */
  readonly realm: string;
  /** Unix seconds. */
  readonly now: number;
  /** The newest document seen before: an older one is refused. Default: none. */
  readonly seen?: SeenDocument;
}

const malformed = (): Error => protocolError('config_malformed');

/**
 * Checks a document in the order of SPEC 4.2. Nothing signed is parsed before its signatures verify.
 *
 * @throws {SecurityError | NomyoError} `CONFIG_MALFORMED`, `CONFIG_UNTRUSTED`, `CONFIG_EXPIRED`, `CONFIG_ROLLBACK`
 */
export async function takeKeyDocument(bytes: Uint8Array, options: TakeOptions): Promise<KeyDocument> {
  const parts = split(bytes);
  await checkTrust(parts, options);
  const document = await readKeys(parts);
  if (!isValidAt(document, options.now)) throw protocolError('config_expired');
  const { epoch = 0, issuedAt = 0 } = options.seen ?? {};
  if (document.epoch < epoch || document.issuedAt < issuedAt) throw protocolError('config_rollback');
  return document;
}

/** A document under inspection, and which of its signatures hold. */
export interface InspectedDocument extends KeyDocument {
  /** Whether the signer that it names signed it. */
  readonly isSigned: boolean;
  /** Whether one of these roots, 32 raw bytes each, delegated to that signer. */
  readonly isDelegatedBy: (roots: readonly Uint8Array[]) => Promise<boolean>;
}

/**
 * Reads a document whatever its signatures and times: for display, never for sealing.
 *
 * @throws {SecurityError} `CONFIG_MALFORMED`
 */
export async function inspectKeyDocument(bytes: Uint8Array): Promise<InspectedDocument> {
  const parts = split(bytes);
  return {
    ...(await readKeys(parts)),
    isSigned: await isSigned(parts),
    isDelegatedBy: (roots) => isDelegatedBy(roots, parts.delegation),
  };
}

/** The keys that may be used now: all of the first suite in the list that has any (SPEC 4.3). */
export function usableKeys(
  document: KeyDocument,
  now: number,
  suites: readonly SuiteId[] = [1],
): readonly DocumentKey[] {
  for (const suite of suites) {
    const usable = document.keys.filter(
      (key) => key.suite === suite && key.activeFrom <= now && now < key.activeUntil,
    );
    if (usable.length > 0) return usable;
  }
  return [];
}

/**
 * One of {@link usableKeys} at random, so that a fleet with one key per gateway is loaded evenly.
 *
 * @throws {NomyoError} `CONFIG_NO_KEY`
 */
export function chooseKey(document: KeyDocument, now: number, suites?: readonly SuiteId[]): DocumentKey {
  const usable = usableKeys(document, now, suites);
  // At most 255 keys: the bias of 32 bits is below 2^-24.
  const key = usable[new Reader(randomBytes(4), malformed).integer(4) % Math.max(usable.length, 1)];
  if (key === undefined) throw protocolError('config_no_key');
  return key;
}

interface Parts {
  readonly delegation: DelegationPart;
  /** The bytes that the signer signed, without the label. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
  /** After the magic of the keys. */
  readonly keys: Uint8Array;
}

/** issued_at, expires_at, max_request, number of entries. */
const FIXED_KEYS = 8 + 8 + 4 + 1;

/** Step 1: the two fixed parts. */
function split(bytes: Uint8Array): Parts {
  if (bytes.byteLength > LIMITS.maxDocument) throw malformed();
  const reader = new Reader(bytes, malformed);
  const delegation = readDelegation(bytes, reader);
  expectMagic(reader, MAGIC.keys);
  if (reader.left < FIXED_KEYS + SIZES.signature) throw malformed();
  const keys = reader.take(reader.left - SIZES.signature);
  const signed = bytes.subarray(0, reader.at);
  return { delegation, signed, keys, signature: reader.take(SIZES.signature) };
}

/** Step 2: root, realm, signer. */
async function checkTrust(parts: Parts, { roots, realm }: TakeOptions): Promise<void> {
  const isDelegated = await isDelegatedBy(roots, parts.delegation);
  const isOurs = isDelegated && parts.delegation.realm === realm;
  if (!isOurs || !(await isSigned(parts))) throw protocolError('config_untrusted');
}

function isSigned({ delegation, signed, signature }: Parts): Promise<boolean> {
  return verifies(delegation.signer, concatBytes(LABEL.keys, signed), signature);
}

/** Step 3: the entries, and the life of the document. */
async function readKeys(parts: Parts): Promise<KeyDocument> {
  const reader = new Reader(parts.keys, malformed);
  const times = { issuedAt: reader.integer(8), expiresAt: reader.integer(8), maxRequest: reader.integer(4) };
  const keys: DocumentKey[] = [];
  for (let left = reader.integer(1); left > 0; left -= 1) {
    const key = await readEntry(reader);
    if (key !== undefined) keys.push(key);
  }
  if (reader.left > 0 || times.expiresAt - times.issuedAt > LIMITS.maxLife) throw malformed();
  const { realm, epoch, notBefore, notAfter, signer } = parts.delegation;
  return { realm, epoch, notBefore, notAfter, signer, ...times, keys };
}

async function readEntry(reader: Reader): Promise<DocumentKey | undefined> {
  const suite = reader.integer(1);
  const [activeFrom, activeUntil] = [reader.integer(8), reader.integer(8)];
  const publicKey = concatBytes(reader.take(reader.integer(2)));
  const evidence = concatBytes(reader.take(reader.integer(2)));
  if (!isSuite(suite)) return undefined;
  const isLife = activeFrom < activeUntil && activeUntil <= activeFrom + LIMITS.maxLife;
  if (publicKey.byteLength !== SUITES[suite].publicBytes || !isLife) throw malformed();
  return { suite, activeFrom, activeUntil, publicKey, evidence, keyId: await keyIdOf(suite, publicKey) };
}

/** Step 4. */
function isValidAt(document: KeyDocument, now: number): boolean {
  const { notBefore, notAfter, issuedAt, expiresAt } = document;
  return notBefore <= now && now < notAfter && issuedAt <= now + LIMITS.window && now < expiresAt;
}
