/** Sends a sealed request once, and opens or judges the answer. */
import { concatBytes } from '@nomyo/base';
import { classOf, CONTENT_TYPE, type AnswerHead, type SealedRequest } from '@nomyo/protocol-v2';
import {
  APIConnectionError,
  endpoint,
  markFailuresAsSent,
  type HttpClient,
  type HttpStreamResponse,
} from '@nomyo/transport';
import type { PreparedCall } from '../protocol.js';
import { IncomingAnswer } from './answer.js';
import { judgeClear, judgeSealed, type Judged } from './errors.js';

/** Longest clear error that is read, in bytes: a code and a status. */
const MAX_CLEAR_BYTES = 4_096;

/** The connection to a gateway. */
export interface Gateway {
  readonly http: HttpClient;
  readonly baseUrl: URL;
  /** Longest opened answer, in bytes. */
  readonly maxResponseBytes: number;
}

/** A successful answer: its head, and its body. */
export interface GoodAnswer {
  readonly head: AnswerHead;
  readonly incoming: IncomingAnswer;
}

/** Carries the judgement of an answer that is an error. */
class Failure extends Error {
  readonly judged: Judged;

  constructor(judged: Judged) {
    super('an answer that is an error', { cause: judged.error });
    this.judged = judged;
  }
}

/**
 * Sends a request.
 *
 * @param request its bytes are the same in every attempt
 * @throws {Failure} on an answer that is an error
 * @throws any other error; see {@link judgeThrown}
 */
export async function sendSealed(
  { http, baseUrl, maxResponseBytes }: Gateway,
  request: SealedRequest,
  call: PreparedCall,
): Promise<GoodAnswer> {
  const { timeout, signal, payloadId, record } = call;
  record.sent(request.message, { server: request.keyId });
  const response = await http.stream({
    method: 'POST',
    url: endpoint(baseUrl, `/v2/${request.keyId}`),
    headers: { ...call.headers, 'Content-Type': CONTENT_TYPE.request, Accept: CONTENT_TYPE.answer },
    body: request.message,
    wipeBody: false,
    // The opened answer has its own limit, which padding and empty frames do not count towards.
    maxBytes: Number.MAX_SAFE_INTEGER,
    timeout,
    signal,
  });
  if (response.status < 200 || response.status > 299) {
    const { status, headers } = response;
    throw new Failure(judgeClear({ status, headers, body: await beginning(response) }, payloadId));
  }
  return markFailuresAsSent(() =>
    openAnswer(new IncomingAnswer(response, request, { ...call, maxResponseBytes }), call),
  );
}

/** Judges any error of {@link sendSealed}. */
export function judgeThrown(error: unknown): Judged {
  if (error instanceof Failure) return error.judged;
  if (error instanceof APIConnectionError) {
    return { error, next: error.retryable ? 'resend' : 'stop', isUncertain: error.possiblyExecuted };
  }
  const isCut = classOf(error) === 'truncated';
  return { error, next: isCut ? 'resend' : 'stop', isUncertain: isCut };
}

async function openAnswer(incoming: IncomingAnswer, call: PreparedCall): Promise<GoodAnswer> {
  try {
    const head = await incoming.head();
    if (head.status <= 299) return { head, incoming };
    const body = await incoming.whole();
    throw new Failure(body.use((bytes) => judgeSealed(head, bytes, call)));
  } catch (error) {
    await incoming.dispose();
    throw error;
  }
}

/** The beginning of a clear answer, long enough to hold a code. */
async function beginning({ body }: HttpStreamResponse): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      length += chunk.byteLength;
      if (length >= MAX_CLEAR_BYTES) break;
    }
  } catch {
    // The status is known, which is what counts.
  }
  return concatBytes(...chunks).subarray(0, MAX_CLEAR_BYTES);
}
