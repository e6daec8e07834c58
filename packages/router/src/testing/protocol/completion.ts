/** One POST of protocol v1: checked, opened, answered, sealed. */
import type { IncomingHttpHeaders } from 'node:http';
import { openEnvelope, sealEnvelope, SUITE, type RsaPublicKey, type SecureByteContext } from '@nomyo/crypto';
import type { Failure } from '../fail/failure.js';
import { strangersKey } from '../fail/stranger.js';
import { Refusal, type Reply } from '../../v1/reply.js';
import type { RateLimiter } from '../policy/rate-limiter.js';
import { checkModel, type TierModels } from '../policy/tiers.js';
import type { ClientKeys } from '../../v1/client-keys.js';
import { checkApiKey, checkHeaders } from '../../v1/headers.js';
import { parseRequest, type ChatRequest } from './payload.js';
import type { RouterKey } from '../../v1/router-key.js';

/**
 * Makes the answer to an opened request: JSON of a `chat.completion`, which the caller wipes.
 *
 * @param json the request as it was sealed, to the byte; wiped when the answer is there
 */
export type Answerer = (
  request: ChatRequest,
  json: Uint8Array,
  signal: AbortSignal,
) => Uint8Array | Promise<Uint8Array>;

/** The answer to a POST. */
export interface CompletionService {
  readonly key: RouterKey;
  readonly clientKeys: ClientKeys;
  readonly apiKeys: readonly string[];
  readonly tierModels: TierModels;
  readonly rateLimiter: RateLimiter | undefined;
  readonly answerer: Answerer;
}

/** A POST as it came. */
export interface Post {
  readonly headers: IncomingHttpHeaders;
  readonly envelope: Uint8Array;
  /** Ends when the client goes away. */
  readonly signal: AbortSignal;
}

/** @throws {Refusal} */
export async function complete(service: CompletionService, post: Post, failure: Failure): Promise<Reply> {
  const apiKey = checkApiKey(post.headers, service.apiKeys);
  service.rateLimiter?.check(apiKey ?? '', Date.now());
  const { publicKey, tier } = checkHeaders(post.headers);
  const clientKey = await service.clientKeys.get(publicKey);
  const plaintext = await openRequest(service, post.envelope);
  const answer = await plaintext.use((json) => {
    const request = parseRequest(json);
    checkModel(service.tierModels, tier, request.model);
    return service.answerer(request, json, post.signal);
  });
  return sealAnswer(answer, clientKey, failure);
}

async function openRequest({ key }: CompletionService, envelope: Uint8Array): Promise<SecureByteContext> {
  let plaintext: SecureByteContext;
  try {
    ({ plaintext } = await openEnvelope(envelope, key.current));
  } catch {
    throw new Refusal(400, 'the request is no envelope of protocol 1.0, or could not be decrypted');
  }
  if (plaintext.length <= SUITE.maxPayloadBytes) return plaintext;
  plaintext.dispose();
  throw new Refusal(413, `the payload has more than ${String(SUITE.maxPayloadBytes)} bytes`);
}

async function sealAnswer(answer: Uint8Array, clientKey: RsaPublicKey, failure: Failure): Promise<Reply> {
  try {
    const isSwapped = failure.sealToStranger === true;
    const recipient = isSwapped ? await strangersKey(clientKey.modulusLength) : clientKey;
    const processedAt = Math.floor(Date.now() / 1000);
    const body = await sealEnvelope(failure.plaintext?.() ?? answer, recipient, { processedAt });
    return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body };
  } finally {
    answer.fill(0);
  }
}
