/** Telling a call whose answer is read chunk by chunk. */
import { summaryOfChunks } from '../observe/summary.js';
import type { AnswerSummary } from '../observe/observer.js';
import type { OpenCall } from '../open-call.js';
import type { ChatCompletionChunk, ChatCompletionStream } from './chunk-types.js';

/**
 * The same stream; its first chunk and its end are told, in whatever way it ends.
 *
 * @param summary of the answer, where it is here as a whole; otherwise it is put together from the chunks
 */
export function watchStream(
  stream: ChatCompletionStream,
  call: OpenCall,
  summary?: () => AnswerSummary | undefined,
): ChatCompletionStream {
  return {
    payloadId: stream.payloadId,
    synthetic: stream.synthetic,
    [Symbol.asyncIterator]: () => {
      // At once, so that who reads a second time is told so at once.
      const chunks = stream[Symbol.asyncIterator]();
      return watched({ [Symbol.asyncIterator]: () => chunks }, call, summary);
    },
  };
}

/** Leaving the loop is no failure. */
async function* watched(
  chunks: AsyncIterable<ChatCompletionChunk>,
  call: OpenCall,
  summary: (() => AnswerSummary | undefined) | undefined,
): AsyncGenerator<ChatCompletionChunk, undefined> {
  const seen = summaryOfChunks();
  try {
    for await (const chunk of chunks) {
      call.firstChunk();
      if (summary === undefined) seen.add(chunk);
      yield chunk;
    }
  } catch (error) {
    call.fail(error);
    throw error;
  } finally {
    call.end(summary ?? seen.summary);
  }
  return undefined;
}
