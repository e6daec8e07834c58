/** The answers of the adapter, as the Fetch standard has them. */
import { environment } from '#env';

/** Content type of every whole answer. */
export const JSON_TYPE = 'application/json';

/** @param body as text, or as what `JSON.parse` made */
export function jsonAnswer(body: string | object, payloadId?: string): Response {
  return environment.jsonResponse(body, {
    headers: { 'content-type': JSON_TYPE, ...requestId(payloadId) },
  });
}

/** Where OpenAI's and Anthropic's libraries look for what a support case must name. */
export function requestId(payloadId: string | undefined): Readonly<Record<string, string>> {
  return payloadId === undefined ? {} : { 'x-request-id': payloadId, 'request-id': payloadId };
}
