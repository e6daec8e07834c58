/** The headers of a request (SPEC.md §7). No error quotes a value: it can be the API key. */
import { InvalidArgumentError } from '@nomyo/base';

/** What a sealed request says about itself, in the clear. */
export interface RequestHeadersInput {
  /** A UUID, the same on every attempt. */
  readonly payloadId: string;
  /** The client's RSA public key, SPKI PEM. */
  readonly publicKeyPem: string;
  readonly apiKey?: string | undefined;
  readonly securityTier?: string | undefined;
  /** The caller's own headers. */
  readonly extra?: Readonly<Record<string, string>> | undefined;
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
  const { payloadId, publicKeyPem, apiKey, securityTier, extra = {} } = input;
  checkHeaders(extra);
  if (apiKey !== undefined) checkApiKey(apiKey);
  if (!isValue(payloadId)) throw wrongValue('payloadId');
  if (securityTier !== undefined && !isValue(securityTier)) throw wrongValue('securityTier');
  const headers = Object.freeze({
    ...extra,
    'Content-Type': 'application/octet-stream',
    'X-Payload-ID': payloadId,
    'X-Public-Key': encodedOnce(publicKeyPem),
    ...(apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` }),
    ...(securityTier === undefined ? {} : { 'X-Security-Tier': securityTier }),
  });
  checked.add(headers);
  return headers;
}

/** Headers that were made here, and cannot have changed since: looking at each again costs as much as making them. */
const checked = new WeakSet<object>();

let lastEncoded = { text: '', encoded: '' };

/** A client sends the same key with every request until it rotates. */
function encodedOnce(text: string): string {
  if (text !== lastEncoded.text) lastEncoded = { text, encoded: encodeURIComponent(text) };
  return lastEncoded.encoded;
}

/** @throws {InvalidArgumentError} when the key is empty, or has a space, a line end or a character beyond ASCII */
export function checkApiKey(apiKey: string): void {
  if (typeof apiKey === 'string' && API_KEY.test(apiKey)) return;
  throw new InvalidArgumentError('apiKey', 'must be visible ASCII characters, without spaces or line ends');
}

/**
 * Checks headers that a caller adds to a request.
 *
 * @throws {InvalidArgumentError} on a wrong name or value, on one name in two spellings, or on a reserved name
 */
export function checkHeaders(headers: Readonly<Record<string, string>>): void {
  checkHeaderSyntax(headers);
  const reserved = Object.keys(headers).find((name) => RESERVED.includes(name.toLowerCase()));
  if (reserved === undefined) return;
  throw new InvalidArgumentError(
    'headers',
    `cannot set ${reserved}: it belongs to the protocol or the connection`,
  );
}

/** @throws {InvalidArgumentError} on a wrong name or value, or on one name in two spellings; reserved names pass */
export function checkHeaderSyntax(headers: Readonly<Record<string, string>>): void {
  if (typeof headers !== 'object' || (headers as unknown) === null) {
    throw new InvalidArgumentError('headers', 'must be an object of strings');
  }
  if (checked.has(headers)) return;
  const names = new Set<string>();
  for (const name of Object.keys(headers)) {
    if (!NAME.test(name)) throw new InvalidArgumentError('headers', 'has a name that no header can have');
    if (!isValue(headers[name])) throw wrongValue(`headers[${name}]`);
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
