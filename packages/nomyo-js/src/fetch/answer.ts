/** The answers of the adapter, in the form of the Fetch standard. */
import { environment } from '#env';

/** Content type of every whole answer. */
export const JSON_TYPE = 'application/json';

/** @param body as text, or as a result of `JSON.parse` */
export function jsonAnswer(body: string | object, payloadId?: string): Response {
  return environment.jsonResponse(body, {
    headers: { 'content-type': JSON_TYPE, ...requestId(payloadId) },
  });
}

/** The headers in which OpenAI's and Anthropic's libraries look for the id to quote in a support case. */
export function requestId(payloadId: string | undefined): Readonly<Record<string, string>> {
  return payloadId === undefined ? {} : { 'x-request-id': payloadId, 'request-id': payloadId };
}
