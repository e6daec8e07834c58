/** Writes an answer to a client's connection. */
import type { ServerResponse } from 'node:http';
import type { Answer } from '../dialects/dialects.js';

/** On every answer: no caching, no guessing of its type. */
export const COMMON_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

/**
 * Writes a whole answer in one piece.
 *
 * @param delivered hears whether the system took all of it; what it hears after the first time means nothing
 */
export function writeText(
  response: ServerResponse,
  { status, headers }: Omit<Answer, 'body'>,
  body: string,
  delivered: (how: 'ok' | 'cancelled') => void,
): void {
  const length = Buffer.byteLength(body);
  // An answer is "finished" even when its connection broke; only the connection itself tells.
  const { socket } = response;
  response.once('finish', () => delivered(socket?.destroyed === true ? 'cancelled' : 'ok'));
  response.once('close', () => delivered('cancelled'));
  if (isGone(response)) {
    delivered('cancelled');
    return;
  }
  response.writeHead(status, { ...headers, ...COMMON_HEADERS, 'content-length': length });
  response.end(body);
  // Most answers are written at once, so the next reader of the numbers finds them complete.
  if (response.writableLength === 0) delivered('ok');
}

/** Writes pieces as they come, as fast as the client takes them; gives up the rest when it goes away. */
export async function writePieces(
  response: ServerResponse,
  { status, headers }: Omit<Answer, 'body'>,
  body: ReadableStream<Uint8Array>,
): Promise<void> {
  const reader = body.getReader();
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  response.once('close', cancel);
  if (isGone(response)) {
    cancel();
    return;
  }
  response.writeHead(status, { ...headers, ...COMMON_HEADERS });
  response.flushHeaders();
  for (;;) {
    const { done, value } = await reader.read();
    if (isGone(response)) return;
    if (done) break;
    if (!response.write(value)) await drained(response);
  }
  response.end();
}

/** Resolves when there is room again, or the client is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      response.off('drain', over).off('close', over);
      resolve();
    };
    response.on('drain', over).on('close', over);
  });
}

/** Asked anew after each wait. */
const isGone = (response: ServerResponse): boolean => response.destroyed;
