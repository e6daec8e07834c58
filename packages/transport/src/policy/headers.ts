/** The headers of a request (SPEC.md §7). No error quotes a value, which may be the API key. */
import { InvalidArgumentError } from '@nomyo/base';

/** The values that go into the unencrypted headers of a sealed request. */
export interface RequestHeadersInput {
  /** 1 to 128 visible ASCII characters, the same on every attempt. */
  readonly payloadId: string;
  /** The client's RSA public key, as SPKI PEM. */
  readonly publicKeyPem: string;
  /** Sent as a bearer token. Default: none. */
  readonly apiKey?: string | undefined;
  /** `X-Security-Tier`. Default: none. */
  readonly securityTier?: string | undefined;
  /** The caller's own headers. Default: none. */
  readonly extra?: HeadersInput | undefined;
}

/** A `token` (RFC 9110 §5.6.2). */
const NAME = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;

/** `field-content` (RFC 9110 §5.5): no CR, LF, NUL or other control, no character beyond Latin-1. */
const VALUE = /^[\t\x20-\x7E\x80-\xFF]*$/;

/** Visible ASCII. A bearer token (RFC 6750 §2.1) allows even less; a space or a line end is always a mistake. */
const API_KEY = /^[\x21-\x7E]+$/;

/** Headers that the protocol sets, or that belong to the connection (RFC 9110 §7.6.1). Callers cannot set them. */
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
 * Makes the headers of a sealed request, as a frozen object.
 *
 * @throws {InvalidArgumentError} on a value that cannot be a header, or a reserved name in `extra`
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

/** Results of {@link requestHeaders}, which are frozen: checking them again would cost as much as making them. */
const checked = new WeakSet<object>();

/** Results of {@link readHeaders}, each mapped to itself: they are checked, and have no reserved names. */
const readBefore = new WeakMap<object, Readonly<Record<string, string>>>();

/** The service uses ids such as `openai-compat-abc123`, or a UUID. */
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

/** Headers in any form a caller may use: an object of strings, `Headers`, a `Map`, or pairs, of any realm. */
export type HeadersInput =
  Readonly<Record<string, string>> | Iterable<readonly [name: string, value: string]>;

/**
 * Reads and checks the headers that a caller adds to a request. The result is frozen.
 *
 * @example
 * readHeaders(new Headers({ 'X-Tenant': 'a' })); // { 'x-tenant': 'a' }
 *
 * @throws {InvalidArgumentError} when `headers` holds no headers, or an invalid, repeated or reserved name, or an
 * invalid value
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

/**
 * Checks headers for validity; reserved names are allowed.
 *
 * @throws {InvalidArgumentError} on an invalid name or value, or one name in two spellings
 */
export function checkHeaderSyntax(headers: Readonly<Record<string, string>>): void {
  if (typeof headers !== 'object' || (headers as unknown) === null) {
    throw new InvalidArgumentError('headers', 'must be an object of strings');
  }
  if (!checked.has(headers)) checkPairs(Object.entries(headers));
}

/**
 * Names and values of any object that holds headers, unchecked; `undefined` for anything else. Instances of other
 * classes are not accepted, because their content is not in their own properties and would be lost.
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

/** Reports whether it is a plain object, of any realm. */
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
    if (!NAME.test(name)) throw new InvalidArgumentError('headers', 'has an invalid name');
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
