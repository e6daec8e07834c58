import type { IncomingMessage } from 'node:http';
import { collect } from './collect.js';
import { Refusal } from '../../v1/reply.js';

/** Thrown when the client went away in the middle of its request: no one is left to answer. */
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
  let body: Uint8Array | undefined;
  try {
    body = await collect(request.iterator({ destroyOnReturn: false }), limit);
  } catch {
    throw new ClientGone();
  }
  if (body !== undefined) return body;
  request.resume();
  throw new Refusal(413, `the body has more than ${String(limit)} bytes`, { connection: 'close' });
}
