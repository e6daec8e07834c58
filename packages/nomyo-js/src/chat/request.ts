/** The required members of a chat-completion request, and those that travel as headers. Pure. */
import {
  aBoolean,
  anObject,
  aString,
  InvalidArgumentError,
  isObject,
  oneOf,
  optional,
  type Check,
} from '@nomyo/base';
import type { SecurityTier } from './request-types.js';

/** Members of a request, each read once. */
export type RequestMembers = Readonly<Record<string, unknown>>;

/** Security tiers of the service (SPEC.md §7). */
export const SECURITY_TIERS: readonly SecurityTier[] = ['standard', 'high', 'maximum'];

/** A security tier by its name. */
export const aTier: Check<SecurityTier> = oneOf(SECURITY_TIERS);

/** A payload split into the part that is sealed and the parts that travel in headers. */
export interface SplitPayload {
  readonly payload: RequestMembers;
  readonly securityTier: SecurityTier | undefined;
  readonly apiKey: string | undefined;
}

/** A chat-completion request, split up. */
export interface SplitRequest extends SplitPayload {
  /** `undefined` unless the answer is to be streamed. */
  readonly streaming: Streaming | undefined;
}

/** Options of a stream. */
export interface Streaming {
  readonly includeUsage: boolean;
}

/**
 * Checks and splits a chat-completion request.
 *
 * @throws {InvalidArgumentError} which names the invalid member, and never quotes it
 */
export function splitRequest(request: unknown): SplitRequest {
  const parts = splitPayload('request', request);
  aString('model', parts.payload['model']);
  checkMessages(parts.payload['messages']);
  return { ...parts, streaming: streamingOf(parts.payload) };
}

/**
 * Splits a payload of any type: members that travel in headers are never sealed. They are also read from an object
 * whose `toJSON` leaves them out, so that no tier is lost.
 *
 * @param name name of the argument
 * @throws {InvalidArgumentError} which names the invalid member, and never quotes it
 */
export function splitPayload(name: string, value: unknown): SplitPayload {
  const { security_tier, api_key, ...payload } = readOnce(name, value);
  return {
    payload,
    securityTier: optional('security_tier', security_tier, aTier, undefined),
    apiKey: optional('api_key', api_key, aString, undefined),
  };
}

/** Members that travel as headers. */
const HEADER_MEMBERS = ['security_tier', 'api_key'] as const;

/**
 * Reads the members of a request as JSON would: `toJSON` is called first, and every getter and proxy trap runs once. So
 * exactly what was checked is sealed, even if the object would answer differently the next time.
 *
 * @param name name of the argument
 * @throws {InvalidArgumentError} when it is not an object, or cannot be read
 */
function readOnce(name: string, value: unknown): RequestMembers {
  const given = anObject(name, value);
  try {
    if (ArrayBuffer.isView(given)) throw new InvalidArgumentError(name, 'must be an object');
    const convert: unknown = given['toJSON'];
    const isPlain = typeof convert !== 'function';
    const { toJSON, ...members } = isPlain
      ? { ...given }
      : converted(name, given, Reflect.apply(convert, given, ['']));
    return typeof toJSON === 'function' || toJSON === undefined ? members : { ...members, toJSON };
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw error;
    // An error thrown by a getter or a toJSON may quote the request.
    throw new InvalidArgumentError(name, 'cannot be read: a getter, a toJSON or a proxy in it failed');
  }
}

/** The result of `toJSON`, with header members that it leaves out read from the object itself. */
function converted(name: string, given: RequestMembers, json: unknown): RequestMembers {
  const own = HEADER_MEMBERS.map((member) => [member, given[member]] as const);
  return { ...Object.fromEntries(own.filter(([, held]) => held !== undefined)), ...anObject(name, json) };
}

/** Removes the members that ask for a stream, for a protocol that cannot stream. */
export function withoutStreaming({
  stream: _stream,
  stream_options: _options,
  ...payload
}: RequestMembers): RequestMembers {
  return payload;
}

function checkMessages(messages: unknown): void {
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new InvalidArgumentError('messages', 'must be a non-empty array');
  }
  for (const [index, message] of messages.entries()) {
    if (!isObject(message) || typeof message['role'] !== 'string') {
      throw new InvalidArgumentError(`messages[${String(index)}]`, 'must be an object with a role');
    }
  }
}

/** @throws {InvalidArgumentError} which names the invalid member */
function streamingOf({ stream, stream_options }: RequestMembers): Streaming | undefined {
  if (!optional('stream', stream ?? undefined, aBoolean, false)) return undefined;
  const options = anObject('stream_options', stream_options ?? {});
  const includeUsage = options['include_usage'] ?? undefined;
  return { includeUsage: optional('stream_options.include_usage', includeUsage, aBoolean, false) };
}
