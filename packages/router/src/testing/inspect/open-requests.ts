/** Opens the requests that a router remembers. Only a test has reason to: the router itself forgets what it read. */
import { openEnvelope, type RsaPrivateKey } from '@nomyo/crypto';
import type { SeenRequest } from '../http/seen.js';
import { payloadIdOf, tierOf, type SecurityTier } from '../../v1/headers.js';
import { isJsonObject, type JsonObject } from '../protocol/payload.js';

/** One request as its client wrote it. */
export interface OpenedRequest {
  /** The sealed payload: `model`, `messages` and the rest. */
  readonly payload: JsonObject;
  /** Without `Bearer `; `undefined` when none was sent. */
  readonly apiKey: string | undefined;
  readonly tier: SecurityTier | undefined;
  readonly payloadId: string | undefined;
  /** The same request as it went over the wire. */
  readonly seen: SeenRequest;
}

/** Those that can be opened, oldest first: what is no envelope to one of these keys is left out. */
export async function openRequests(
  requests: readonly SeenRequest[],
  keys: readonly RsaPrivateKey[],
): Promise<readonly OpenedRequest[]> {
  const opened: OpenedRequest[] = [];
  for (const seen of requests) {
    const payload = seen.method === 'POST' ? await openWithAny(seen.requestBody, keys) : undefined;
    if (payload === undefined) continue;
    const { headers } = seen;
    const apiKey = /^Bearer +(?<key>\S+)$/iu.exec(headers.authorization ?? '')?.groups?.['key'];
    opened.push({ payload, apiKey, tier: tierOf(headers), payloadId: payloadIdOf(headers), seen });
  }
  return opened;
}

async function openWithAny(
  envelope: Uint8Array,
  keys: readonly RsaPrivateKey[],
): Promise<JsonObject | undefined> {
  for (const key of keys) {
    try {
      const { plaintext } = await openEnvelope(envelope, key);
      const value = await plaintext.use((json): unknown => JSON.parse(new TextDecoder().decode(json)));
      return isJsonObject(value) ? value : undefined;
    } catch {
      // Sealed to another key, or no envelope at all.
    }
  }
  return undefined;
}
