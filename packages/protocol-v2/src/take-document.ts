/** Taking a key configuration, and choosing a key (SPEC 4.2, 4.3). */
import { platform } from '#platform';
import { concatBytes, equalBytes, randomBytes, utf8Encode, type Bytes } from '@nomyo/base';
import { protocolError } from './errors.js';
import { isSuite, LABEL, LIMITS, MAGIC, SIZES, SUITES, type SuiteId } from './facts.js';
import { keyIdOf, type PublicKemKey } from './kem-key.js';
import { Reader } from './layout.js';

/** A key of a document. */
export interface DocumentKey extends PublicKemKey {
  /** Without a meaning in this version. */
  readonly evidence: Bytes;
}

/** A key configuration. Times in Unix seconds. */
export interface KeyDocument {
  readonly realm: string;
  readonly epoch: number;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly signer: Bytes;
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

/** What a document is checked against. */
export interface TakeOptions {
  /** Public keys of pinned roots, 32 raw bytes each. */
  readonly roots: readonly Uint8Array[];
  readonly realm: string;
  /** Unix seconds. */
  readonly now: number;
  readonly seen?: SeenDocument;
}

const malformed = (): Error => protocolError('config_malformed');

/**
 * Checks a document in the order of SPEC 4.2. Nothing behind the signatures is read before they hold.
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

/**
 * Reads a document without checking any signature or time: to look at one, never to use it.
 *
 * @throws {SecurityError} `CONFIG_MALFORMED`
 */
export async function inspectKeyDocument(bytes: Uint8Array): Promise<KeyDocument> {
  return readKeys(split(bytes));
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
  readonly realm: Uint8Array;
  readonly epoch: number;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly signer: Uint8Array;
  readonly delegation: Uint8Array;
  readonly rootSignature: Uint8Array;
  readonly signed: Uint8Array;
  readonly signerSignature: Uint8Array;
  /** Behind the magic of the keys. */
  readonly keys: Uint8Array;
}

/** issued_at, expires_at, max_request, number of entries. */
const FIXED_KEYS = 8 + 8 + 4 + 1;

/** Step 1: the two fixed parts. */
function split(bytes: Uint8Array): Parts {
  if (bytes.byteLength > LIMITS.maxDocument) throw malformed();
  const reader = new Reader(bytes, malformed);
  magic(reader, MAGIC.delegation);
  const realm = reader.take(reader.integer(1));
  const times = { epoch: reader.integer(4), notBefore: reader.integer(8), notAfter: reader.integer(8) };
  const signer = reader.take(SIZES.signingKey);
  const delegation = bytes.subarray(0, reader.at);
  const rootSignature = reader.take(SIZES.signature);
  magic(reader, MAGIC.keys);
  if (reader.left < FIXED_KEYS + SIZES.signature) throw malformed();
  const keys = reader.take(reader.left - SIZES.signature);
  const signed = bytes.subarray(0, reader.at);
  return {
    realm,
    ...times,
    signer,
    delegation,
    rootSignature,
    signed,
    keys,
    signerSignature: reader.take(SIZES.signature),
  };
}

function magic(reader: Reader, expected: Bytes): void {
  if (!equalBytes(reader.take(expected.byteLength), expected)) throw malformed();
}

/** Step 2: root, realm, signer. */
async function checkTrust(parts: Parts, { roots, realm }: TakeOptions): Promise<void> {
  const delegation = concatBytes(LABEL.delegation, parts.delegation);
  const isDelegated = await anyVerifies(roots, delegation, parts.rootSignature);
  const isOurs = isDelegated && equalBytes(parts.realm, utf8Encode(realm));
  const isSigned =
    isOurs && (await verifies(parts.signer, concatBytes(LABEL.keys, parts.signed), parts.signerSignature));
  if (!isSigned) throw protocolError('config_untrusted');
}

async function anyVerifies(
  keys: readonly Uint8Array[],
  message: Bytes,
  signature: Uint8Array,
): Promise<boolean> {
  for (const key of keys) if (await verifies(key, message, signature)) return true;
  return false;
}

/** A key that the platform refuses has signed nothing. */
async function verifies(key: Uint8Array, message: Bytes, signature: Uint8Array): Promise<boolean> {
  try {
    return await platform.verify(key, message, signature);
  } catch {
    return false;
  }
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
  const { epoch, notBefore, notAfter } = parts;
  const realm = String.fromCharCode(...parts.realm);
  return { realm, epoch, notBefore, notAfter, signer: concatBytes(parts.signer), ...times, keys };
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
