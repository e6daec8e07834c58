/** What each way of asking makes of an answer, and what the answer says of itself. */
import type { AbortSignalLike } from '@nomyo/base';
import { checkJsonObject, type JsonObject, type SecureByteContext } from '@nomyo/crypto';
import { answerOf, asWhole } from './answer.js';
import type { Opened, Taken } from './call-runner.js';
import type { Streaming } from './chat/request.js';
import type { ChatCompletion } from './chat/response-types.js';
import { asChatCompletion } from './chat/response.js';
import { summaryOfBytes } from './observe/summary-of-bytes.js';
import { summaryOf } from './observe/summary.js';
import { loadPart } from './load-part.js';
import { refuseError, refuseErrorBytes } from './sealed-error.js';
import type { ChatCompletionStream } from './stream/chunk-types.js';
import type * as streams from './stream/completion-stream.js';
import { watchStream } from './stream/watch.js';

/** `create()`. */
export function takeCompletion({ answer, call }: Opened): Taken<ChatCompletion> {
  const value = asChatCompletion(answerOf(asWhole(answer), call.payloadId, call.memory), call);
  return { value, summary: () => summaryOf({ ...value }) };
}

/** `createRaw()`. */
export function takeRaw({ answer, call }: Opened): Taken<SecureByteContext> {
  const { plaintext } = asWhole(answer);
  try {
    plaintext.borrow((json) => {
      checkJsonObject(json);
      refuseErrorBytes(json, call);
    });
    return { value: plaintext, summary: () => plaintext.borrow(summaryOfBytes) };
  } catch (error) {
    plaintext.dispose();
    throw error;
  }
}

/** What makes streams. */
export type Streams = typeof streams;

/** @throws {APIConnectionError} when it cannot be loaded */
export function loadStreams(): Promise<Streams> {
  return loadPart(() => import('./stream/completion-stream.js'));
}

/** `create({ stream: true })`: a whole answer holds nothing of the wire any more, and is over when its stream is. */
export function streamOf(
  opened: Opened,
  { openedStream, syntheticStream }: Streams,
  { includeUsage }: Streaming,
  signal: AbortSignalLike | undefined,
): ChatCompletionStream {
  const { answer, call } = opened;
  if (answer.kind === 'stream') {
    call.endOnAbort();
    const check = (event: JsonObject): void => refuseError(event, call);
    return watchStream(openedStream(answer.pieces, call.payloadId, check), call);
  }
  const { value, summary } = takeCompletion(opened);
  const said = summary();
  call.handOver(() => said);
  return watchStream(syntheticStream(value, call.payloadId, { includeUsage, signal }), call, said);
}
