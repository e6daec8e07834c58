/** Reads one sealed request from its connection, piece by piece, into the opener. */
import type { IncomingMessage } from 'node:http';
import {
  CONTENT_TYPE,
  isOfType,
  protocolError,
  type OpenRequest,
  type RequestReader,
} from '../protocol/port.js';
import type { Intake } from './intake.js';

/** Largest sealed body: the content, an eighth more for padding, frames and tags, and the header. */
export function largestSealed(maxRequest: number): number {
  return maxRequest + Math.ceil(maxRequest / 8) + 64 * 1024;
}

/** @throws an error of SPEC 7.3, answered in the clear, or {@link ClientGone} */
export async function receive(
  message: IncomingMessage,
  opener: RequestReader,
  intake: Intake,
): Promise<OpenRequest> {
  const { headers } = message;
  if (!isOfType(headers['content-type'], CONTENT_TYPE.request) || headers['content-encoding'] !== undefined) {
    throw protocolError('malformed');
  }
  try {
    await intake.read(message, (piece) => opener.push(piece));
    return await opener.finish();
  } catch (error) {
    opener.dispose();
    throw error;
  }
}
