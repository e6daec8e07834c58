/** From what the caller wrote to the bytes that are sealed, which are what every rule is about. */
import { checkPayloadSize, encodePayload, type SecureByteContext } from '@nomyo/crypto';
import type { SecurityTier } from './chat/request-types.js';
import type { ResolvedOptions } from './options.js';
import { pad } from './padding.js';
import { checkCall } from './policy.js';
import type { RequestMembers } from './read-once.js';

/**
 * JSON of a request in protected memory, within the limits of protocol and policy, and padded.
 *
 * @param memory of the call
 * @throws {InvalidArgumentError} when it is no object, or cannot be written as JSON
 * @throws {SecurityError} `PAYLOAD_TOO_LARGE`, `POLICY_VIOLATION` or `MEMORY_NOT_LOCKED`
 */
export function encodeRequest(
  payload: RequestMembers,
  securityTier: SecurityTier | undefined,
  memory: ResolvedOptions['memory'],
  { padding, policy }: Pick<ResolvedOptions, 'padding' | 'policy'>,
): SecureByteContext {
  const json = encodePayload(payload, memory);
  try {
    checkPayloadSize(json);
    json.borrow((bytes) => checkCall(policy, { securityTier, json: bytes }));
    return pad(json, padding, memory);
  } catch (error) {
    json.dispose();
    throw error;
  }
}
