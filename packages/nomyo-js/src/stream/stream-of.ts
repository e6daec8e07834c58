/** Turns an answer into the result of `create({ stream: true })`. Loaded with the first stream. */
import type { AbortSignalLike } from '@nomyo/base';
import type { JsonObject } from '@nomyo/crypto';
import { errorOfAnswer } from '@nomyo/transport';
import type { Opened } from '../call/call-runner.js';
import type { Streaming } from '../chat/request.js';
import { refuseError } from '../call/sealed-error.js';
import { takeCompletion } from '../call/answer.js';
import { endOnAbort, handOver } from './call-of-stream.js';
import type { ChatCompletionStream } from './chunk-types.js';
import { openedStream, syntheticStream } from './completion-stream.js';
import { watchStream } from './watch.js';

/** Makes the stream of an answer. A whole answer releases its connection first; its call ends with the stream. */
export async function streamOf(
  opened: Opened,
  { includeUsage }: Streaming,
  signal: AbortSignalLike | undefined,
): Promise<ChatCompletionStream> {
  const { answer, call } = opened;
  if (answer.kind === 'stream') {
    endOnAbort(call);
    const judge = {
      check: (event: JsonObject): void => refuseError(event, call),
      cut: () => errorOfAnswer('the stream ended before the answer did', call),
    };
    return watchStream(openedStream(answer.pieces, call.payloadId, judge), call);
  }
  const { value, summary } = await takeCompletion(opened);
  const said = summary();
  handOver(call, () => said);
  return watchStream(syntheticStream(value, call.payloadId, { includeUsage, signal }), call, said);
}
