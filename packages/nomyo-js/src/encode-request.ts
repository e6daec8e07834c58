/** From what the caller wrote to the bytes that are sealed, which are what every rule is about. */
import { encodePayload, SUITE, type SecureByteContext } from '@nomyo/crypto';
import type { SecurityTier } from './chat/request-types.js';
import { loadPart } from './load-part.js';
import type { ResolvedOptions } from './options.js';
import type { RequestMembers } from './chat/request.js';

/**
 * JSON of a request in protected memory, within the limits of protocol and policy, and padded. What the caller gave is
 * read at once.
 *
 * @param memory of the call
 * @throws {InvalidArgumentError} when it is no object, or cannot be written as JSON
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
      const { checkCall } = await loadPart(() => import('./policy-of-call.js'));
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
