/** Reading an answer of node:http. */
import type { IncomingMessage } from 'node:http';
import { BodyCollector, type BodyFrame } from './body.js';
import { APIConnectionError } from '../errors/errors.js';

/**
 * Collects a body by its events: an async iterator of a stream costs more than the body of a short answer.
 *
 * @param incoming destroyed when the body is too long
 * @throws {SecurityError} `BODY_TOO_LARGE`, before anything is read when the length is declared
 * @throws {APIConnectionError} when the body ends before its declared length, or its connection is cut
 */
export async function readIncoming(incoming: IncomingMessage, frame: BodyFrame): Promise<Uint8Array> {
  const body = new BodyCollector(frame);
  await new Promise<void>((resolve, reject) => {
    incoming.on('data', (chunk: Uint8Array) => {
      if (!body.add(chunk)) incoming.destroy();
    });
    incoming.once('end', resolve);
    incoming.once('error', reject);
    incoming.once('close', () => {
      if (body.isTooLong || incoming.complete) {
        resolve();
        return;
      }
      body.drop();
      reject(cut(frame));
    });
  });
  return body.end();
}

function cut({ possiblyExecuted }: BodyFrame): APIConnectionError {
  return new APIConnectionError('the connection was closed before the end of the answer', {
    possiblyExecuted,
  });
}
