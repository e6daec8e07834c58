/** What a chat-completion request must have, and which of its members travel as headers. Pure. */
import { aBoolean, anObject, aString, InvalidArgumentError, isObject, oneOf, optional } from '@nomyo/base';
import type { SecurityTier } from './request-types.js';

/** Security tiers of the service (SPEC.md §7). */
export const SECURITY_TIERS: readonly SecurityTier[] = ['standard', 'high', 'maximum'];

/** A request, taken apart: the payload is sealed, the rest goes into headers. */
export interface ChatCall {
  readonly payload: Readonly<Record<string, unknown>>;
  readonly securityTier: SecurityTier | undefined;
  readonly apiKey: string | undefined;
}

/** @throws {InvalidArgumentError} naming the member that is wrong, never quoting it */
export function takeApart(request: unknown): ChatCall {
  const { security_tier, api_key, ...payload } = anObject('request', request);
  aString('model', payload['model']);
  checkMessages(payload['messages']);
  return {
    payload,
    securityTier: optional('security_tier', security_tier, oneOf(SECURITY_TIERS), undefined),
    apiKey: optional('api_key', api_key, aString, undefined),
  };
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

/** How the answer is wanted in pieces. */
export interface Streaming {
  readonly includeUsage: boolean;
}

/**
 * Takes what asks for a stream out of a request, which is otherwise left as it is.
 *
 * @throws {InvalidArgumentError} naming the member that is wrong
 */
export function takeStreaming(request: unknown): { request: unknown; streaming: Streaming | undefined } {
  const { stream, stream_options, ...rest } = anObject('request', request);
  const isStream = optional('stream', stream ?? undefined, aBoolean, false);
  if (!isStream) return { request, streaming: undefined };
  const options = anObject('stream_options', stream_options ?? {});
  const includeUsage = options['include_usage'] ?? undefined;
  return {
    request: rest,
    streaming: { includeUsage: optional('stream_options.include_usage', includeUsage, aBoolean, false) },
  };
}
