/** Turns the caller's request into the bytes that are sealed, to which every rule applies. */
import { encodePayload, SUITE, type SecureByteContext } from '@nomyo/crypto';
import type { SecurityTier } from '../chat/request-types.js';
import { loadPart } from '../load-part.js';
import type { ResolvedOptions } from '../options/options.js';
import type { RequestMembers } from '../chat/request.js';

/**
 * Writes a request as JSON in protected memory, checks it against the limits of protocol and policy, and pads it. The
 * caller's object is read synchronously.
 *
 * @param memory options for the memory of the call
 * @throws {InvalidArgumentError} when the request is not an object, or cannot be written as JSON
 * @throws {SecurityError} `PAYLOAD_TOO_LARGE`, `POLICY_VIOLATION` or `MEMORY_NOT_LOCKED`
 * @throws {APIConnectionError} when the code of an option cannot be loaded
 */
export async function encodeRequest(
  payload: RequestMembers,
  securityTier: SecurityTier | undefined,
  memory: ResolvedOptions['memory'],
  { padding, policy }: Pick<ResolvedOptions, 'padding' | 'policy'>,
): Promise<SecureByteContext> {
  const json = encodePayload(payload, { ...memory, maxBytes: SUITE.maxPayloadBytes });
  try {
    if (Object.keys(policy).length > 0) {
      const { checkCall } = await loadPart(() => import('../policy/policy-of-call.js'));
      json.borrow((bytes) => checkCall(policy, { securityTier, json: bytes }));
    }
    if (padding === 'none') return json;
    const { pad } = await loadPart(() => import('./pad.js'));
    return pad(json, padding, memory);
  } catch (error) {
    json.dispose();
    throw error;
  }
}
