/** Reads one sealed request from its connection, piece by piece, into the opener. */
import type { IncomingMessage } from 'node:http';
import { LIMITS } from '../limits.js';
import { protocolError, type OpenRequest, type RequestReader } from '../protocol/port.js';
import type { ByteBudget } from './budget.js';

/** Thrown when the client went away in the middle of its request: there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name: string = 'ClientGone';
}

/** A sealed body: what may be in it, a tenth more of padding, frames and tags, and the parts in front. */
const MAX_SEALED_BYTES = LIMITS.maxRequest + Math.ceil(LIMITS.maxRequest / 8) + 64 * 1024;

const REQUEST_TYPE = 'application/nomyo-v2-request';

export interface Received {
  readonly request: OpenRequest;
  /** Of the body as it came. */
  readonly bytes: number;
}

/** @throws an error of SPEC 7.3, which is answered in the clear, or {@link ClientGone} */
export async function receive(
  message: IncomingMessage,
  opener: RequestReader,
  budget: ByteBudget,
): Promise<Received> {
  const type = message.headers['content-type']?.toLowerCase();
  if (type !== REQUEST_TYPE || message.headers['content-encoding'] !== undefined) {
    throw protocolError('malformed');
  }
  let bytes = 0;
  try {
    for await (const piece of piecesOf(message)) {
      if (!budget.take(piece.byteLength)) throw protocolError('busy');
      bytes += piece.byteLength;
      if (bytes > MAX_SEALED_BYTES) throw protocolError('too_large');
      await opener.push(piece);
    }
    return { request: await opener.finish(), bytes };
  } catch (error) {
    opener.dispose();
    throw error;
  } finally {
    budget.give(bytes);
  }
}

async function* piecesOf(message: IncomingMessage): AsyncGenerator<Uint8Array, void> {
  const pieces: AsyncIterable<unknown> = message.iterator({ destroyOnReturn: false });
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await nextOf(iterator);
      if (next.done === true) return;
      if (Buffer.isBuffer(next.value)) yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

async function nextOf(iterator: AsyncIterator<unknown>): Promise<IteratorResult<unknown, unknown>> {
  try {
    return await iterator.next();
  } catch {
    throw new ClientGone();
  }
}
