/** What `create()` makes of an answer, and what the answer says of itself. */
import { answerOf, asWhole } from './answer.js';
import type { Opened, Taken } from './call-runner.js';
import type { ChatCompletion } from './chat/response-types.js';
import { asChatCompletion } from './chat/response.js';
import { summaryOf } from './observe/summary.js';

export function takeCompletion({ answer, call }: Opened): Taken<ChatCompletion> {
  const json = answerOf(asWhole(answer), call.payloadId, call.memory);
  return { value: asChatCompletion(json, call), summary: () => summaryOf(json) };
}
