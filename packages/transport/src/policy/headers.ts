/** The headers of a request (SPEC.md §7). No error quotes a value: it can be the API key. */
import { InvalidArgumentError } from '@nomyo/base';

/** What a sealed request says about itself, in the clear. */
export interface RequestHeadersInput {
  /** 1 to 128 visible ASCII characters, the same on every attempt. */
  readonly payloadId: string;
  /** The client's RSA public key, SPKI PEM. */
  readonly publicKeyPem: string;
  readonly apiKey?: string | undefined;
  readonly securityTier?: string | undefined;
  /** The caller's own headers. */
  readonly extra?: HeadersInput | undefined;
}

/** A `token` (RFC 9110 §5.6.2). */
const NAME = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;

/** `field-content` (RFC 9110 §5.5): no CR, LF, NUL or other control, no character beyond Latin-1. */
const VALUE = /^[\t\x20-\x7E\x80-\xFF]*$/;

/** A bearer token (RFC 6750 §2.1) has a smaller alphabet yet; a space or a line end is always a mistake. */
const API_KEY = /^[\x21-\x7E]+$/;

/** The protocol's own, and what belongs to the connection (RFC 9110 §7.6.1): never the caller's to set. */
const RESERVED: readonly string[] = [
  'content-type',
  'x-payload-id',
  'x-public-key',
  'x-security-tier',
  'authorization',
  'host',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'accept-encoding',
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
];

/**
 * The headers of a sealed request, frozen.
 *
 * @throws {InvalidArgumentError} on a value that cannot be a header, or a name in `extra` that is reserved
 */
export function requestHeaders(input: RequestHeadersInput): Readonly<Record<string, string>> {
  const { payloadId, publicKeyPem, apiKey, securityTier, extra } = input;
  if (apiKey !== undefined) checkApiKey(apiKey);
  checkPayloadId(payloadId);
  if (securityTier !== undefined && !isValue(securityTier)) throw wrongValue('securityTier');
  // A client sends the same key with every request until it rotates.
  if (lastKey.pem !== publicKeyPem) {
    lastKey = { pem: publicKeyPem, encoded: encodeURIComponent(publicKeyPem) };
  }
  const headers = Object.freeze({
    ...(extra === undefined ? {} : (readBefore.get(extra) ?? readHeaders(extra))),
    'Content-Type': 'application/octet-stream',
    'X-Payload-ID': payloadId,
    'X-Public-Key': lastKey.encoded,
    ...(apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` }),
    ...(securityTier === undefined ? {} : { 'X-Security-Tier': securityTier }),
  });
  checked.add(headers);
  return headers;
}

let lastKey = { pem: '', encoded: '' };

/** What {@link requestHeaders} made, and cannot have changed since: looking at each again costs as much as making them. */
const checked = new WeakSet<object>();

/** What {@link readHeaders} made, as itself: it has no reserved names either. */
const readBefore = new WeakMap<object, Readonly<Record<string, string>>>();

/** As the service shows them: `openai-compat-abc123`, or a UUID. */
const PAYLOAD_ID = /^[\x21-\x7E]{1,128}$/;

/** @throws {InvalidArgumentError} unless it is 1 to 128 visible ASCII characters */
export function checkPayloadId(payloadId: string): void {
  if (typeof payloadId === 'string' && PAYLOAD_ID.test(payloadId)) return;
  throw new InvalidArgumentError('payloadId', 'must be 1 to 128 visible ASCII characters, without spaces');
}

/** @throws {InvalidArgumentError} when the key is empty, or has a space, a line end or a character beyond ASCII */
export function checkApiKey(apiKey: string): void {
  if (typeof apiKey === 'string' && API_KEY.test(apiKey)) return;
  throw new InvalidArgumentError('apiKey', 'must be visible ASCII characters, without spaces or line ends');
}

/** Headers as a caller may give them: an object of strings, `Headers`, a `Map`, or pairs; of any realm. */
export type HeadersInput =
  Readonly<Record<string, string>> | Iterable<readonly [name: string, value: string]>;

/**
 * Headers that a caller adds to a request, as a frozen object.
 *
 * @example
 * readHeaders(new Headers({ 'X-Tenant': 'a' })); // { 'x-tenant': 'a' }
 *
 * @throws {InvalidArgumentError} on what holds no headers, a wrong name or value, one name twice, or a reserved name
 */
export function readHeaders(headers: HeadersInput): Readonly<Record<string, string>> {
  const pairs = headerPairs(headers);
  if (pairs === undefined) {
    throw new InvalidArgumentError('headers', 'must be an object of strings, Headers, a Map, or pairs');
  }
  checkPairs(pairs);
  const reserved = pairs.find(([name]) => RESERVED.includes(name.toLowerCase()));
  if (reserved !== undefined) {
    const [name] = reserved;
    throw new InvalidArgumentError(
      'headers',
      `cannot set ${name}: it belongs to the protocol or the connection`,
    );
  }
  const own = Object.freeze(Object.fromEntries(pairs));
  readBefore.set(own, own);
  return own;
}

/** @throws {InvalidArgumentError} on a wrong name or value, or on one name in two spellings; reserved names pass */
export function checkHeaderSyntax(headers: Readonly<Record<string, string>>): void {
  if (typeof headers !== 'object' || (headers as unknown) === null) {
    throw new InvalidArgumentError('headers', 'must be an object of strings');
  }
  if (!checked.has(headers)) checkPairs(Object.entries(headers));
}

/**
 * Names and values of whatever holds headers; `undefined` when it is nothing of the kind. Names and values are not
 * checked. An instance of another class is refused: what it holds is not in its own properties, and would be lost.
 */
export function headerPairs(headers: unknown): readonly (readonly [string, string])[] | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  if (!isIterable(headers)) return isPlain(headers) ? Object.entries(headers) : undefined;
  const pairs = [...headers];
  return pairs.every(isPair) ? pairs : undefined;
}

function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value && typeof value[Symbol.iterator] === 'function';
}

/** Of any realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isPair(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string';
}

function checkPairs(pairs: readonly (readonly [string, unknown])[]): void {
  const names = new Set<string>();
  for (const [name, value] of pairs) {
    if (!NAME.test(name)) throw new InvalidArgumentError('headers', 'has a name that no header can have');
    if (!isValue(value)) throw wrongValue(`headers[${name}]`);
    if (names.has(name.toLowerCase())) throw new InvalidArgumentError('headers', `has ${name} twice`);
    names.add(name.toLowerCase());
  }
}

function isValue(value: unknown): value is string {
  return typeof value === 'string' && VALUE.test(value);
}

function wrongValue(argument: string): InvalidArgumentError {
  return new InvalidArgumentError(argument, 'must be a string without control characters, in Latin-1');
}
