/** Streams of version 2 that are read to their END and not opened: the client must not be what a router waits for. */
import { Agent, get, request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { CONTENT_TYPE, sealRequest, takeKeyDocument, parsePin, chooseKey } from '@nomyo/protocol-v2';
import type { BenchRequest } from '../payloads.js';
import type { BenchClient, ClientConfig } from './client.js';

const END = 3;
/** Magic and nonce of an answer; LENGTH and TYPE of a frame. */
const PREFIX = 36;
const FRAME_HEADER = 5;

const unixNow = (): number => Math.floor(Date.now() / 1000);

export async function openDrained({ baseUrl, ca, apiKey, root = '' }: ClientConfig): Promise<BenchClient> {
  const agent = new Agent({ keepAlive: true, ca });
  const bytes = await whole(await ask(`${baseUrl}/v2/keys`, { agent }));
  const { hostname: realm } = new URL(baseUrl);
  const document = await takeKeyDocument(bytes, { roots: [parsePin('root', root)], realm, now: unixNow() });
  const call = async (body: BenchRequest): Promise<void> => {
    const { message, keyId, answer } = await sealRequest({
      key: chooseKey(document, unixNow(), [1]),
      head: {
        method: 'POST',
        path: '/v1/chat/completions',
        contentType: 'application/json',
        authorization: `Bearer ${apiKey ?? ''}`,
      },
      body: new TextEncoder().encode(JSON.stringify({ ...body, stream: true })),
      now: unixNow(),
    });
    answer.dispose();
    const headers = {
      'content-type': CONTENT_TYPE.request,
      'content-length': message.byteLength,
    };
    await drained(await ask(`${baseUrl}/v2/${keyId}`, { agent, method: 'POST', headers }, message));
  };
  return { call, close: () => agent.destroy() };
}

function ask(url: string, options: RequestOptions, body?: Uint8Array): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = body === undefined ? get(url, options, resolve) : request(url, options, resolve);
    sent.once('error', reject).end(body);
  });
}

async function whole(message: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of message) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** @throws when the last frame is no END */
async function drained(message: AsyncIterable<Uint8Array>): Promise<void> {
  let [toSkip, headerBytes, length, type] = [PREFIX, 0, 0, 0];
  for await (const piece of message) {
    for (let at = 0; at < piece.byteLength;) {
      if (toSkip > 0) {
        const skipped = Math.min(toSkip, piece.byteLength - at);
        [at, toSkip] = [at + skipped, toSkip - skipped];
        continue;
      }
      type = piece[at] ?? 0;
      at += 1;
      headerBytes += 1;
      if (headerBytes < FRAME_HEADER) length = length * 256 + type;
      else [toSkip, headerBytes, length] = [length, 0, 0];
    }
  }
  if (toSkip !== 0 || headerBytes !== 0 || type !== END) throw new Error('a stream ended without END');
}
