/** The request headers of protocol §2. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from './reply.js';

/** Security tiers of protocol §2, the lowest first. */
export const TIERS = ['standard', 'high', 'maximum'] as const;

/** How carefully a request is handled; a header, which nothing binds to the payload. */
export type SecurityTier = (typeof TIERS)[number];

/** The facts from the headers of a valid POST. */
export interface RequestHeaders {
  readonly payloadId: string;
  /** PEM, not yet read. */
  readonly publicKey: string;
  /** `undefined` when the client named none. */
  readonly tier: SecurityTier | undefined;
}

const CONTENT_TYPE = 'application/octet-stream';

/** A UUID from most clients; the service's own documentation shows `openai-compat-abc123`. */
const PAYLOAD_ID = /^[\x21-\x7E]{1,128}$/u;

/** Headers that decide something. */
const SINGLE: ReadonlySet<string> = new Set([
  'authorization',
  'content-encoding',
  'content-length',
  'content-type',
  'host',
  'transfer-encoding',
  'x-payload-id',
  'x-public-key',
  'x-security-tier',
]);

/**
 * The first deciding header that stands twice in the head of a message. Node keeps the first of two and a proxy may keep
 * the last, so that two programs on the way would see two different requests (RFC 9110 5.3).
 *
 * @param rawHeaders names and values in turns, as `IncomingMessage` has them
 */
export function repeatedHeader(rawHeaders: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    if (seen.has(name)) return name;
    if (SINGLE.has(name)) seen.add(name);
  }
  return undefined;
}

/** @throws {Refusal} 400 when a deciding header stands twice */
export function refuseRepeated(rawHeaders: readonly string[]): void {
  const name = repeatedHeader(rawHeaders);
  if (name !== undefined) throw new Refusal(400, `the header ${name} may not be repeated`);
}

/** @throws {Refusal} 400 */
export function checkHeaders(headers: IncomingHttpHeaders): RequestHeaders {
  if (headers['content-type']?.toLowerCase() !== CONTENT_TYPE) {
    throw new Refusal(400, `Content-Type must be ${CONTENT_TYPE}`);
  }
  const payloadId = payloadIdOf(headers);
  if (payloadId === undefined) {
    throw new Refusal(400, 'X-Payload-ID must be 1 to 128 visible ASCII characters');
  }
  return { payloadId, publicKey: publicKeyOf(headers), tier: checkTier(headers) };
}

/** The payload id, when it can be one. */
export function payloadIdOf(headers: IncomingHttpHeaders): string | undefined {
  const id = headers['x-payload-id'];
  return typeof id === 'string' && PAYLOAD_ID.test(id) ? id : undefined;
}

/** The tier, when it is one. */
export function tierOf(headers: IncomingHttpHeaders): SecurityTier | undefined {
  const tier = headers['x-security-tier'];
  return TIERS.find((name) => name === tier);
}

function checkTier(headers: IncomingHttpHeaders): SecurityTier | undefined {
  const tier = tierOf(headers);
  if (tier === undefined && headers['x-security-tier'] !== undefined) {
    throw new Refusal(400, `X-Security-Tier must be one of ${TIERS.join(', ')}`);
  }
  return tier;
}

function publicKeyOf(headers: IncomingHttpHeaders): string {
  const header = headers['x-public-key'];
  if (typeof header !== 'string') throw new Refusal(400, 'X-Public-Key is missing');
  try {
    return decodeURIComponent(header);
  } catch {
    throw new Refusal(400, 'X-Public-Key is not percent-encoded');
  }
}

/**
 * The API key of a request, when keys are demanded. The time of the comparison depends on no key.
 *
 * @param accepted none: everybody may call
 * @throws {Refusal} 401
 */
export function checkApiKey(headers: IncomingHttpHeaders, accepted: readonly string[]): string | undefined {
  if (accepted.length === 0) return undefined;
  const given = /^Bearer +(?<key>\S+)$/iu.exec(headers.authorization ?? '')?.groups?.['key'] ?? '';
  const known = accepted.filter((key) => timingSafeEqual(digest(key), digest(given)));
  if (known.length === 0) {
    throw new Refusal(401, 'API key missing or wrong', { 'www-authenticate': 'Bearer' });
  }
  return given;
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
