import type { IncomingMessage } from 'node:http';
import { Refusal } from './reply.js';

/** Thrown when the client went away in the middle of its request: there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name: string = 'ClientGone';
}

/**
 * The whole body.
 *
 * @param limit in bytes
 * @throws {Refusal} 413 when there is more; the rest is read and dropped, so that the client can read its answer
 * @throws {ClientGone}
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      const bytes = Buffer.from(chunk);
      length += bytes.byteLength;
      if (length > limit) break;
      chunks.push(bytes);
    }
  } catch {
    throw new ClientGone();
  }
  if (length <= limit) return Buffer.concat(chunks);
  request.resume();
  throw new Refusal(413, `the body has more than ${String(limit)} bytes`, { connection: 'close' });
}
