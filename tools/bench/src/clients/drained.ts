/** Reads streams of version 2 to their END without opening them, so that a router never waits for the client. */
import { chooseKey, CONTENT_TYPE, parsePin, sealRequest, takeKeyDocument } from '@nomyo/protocol-v2';
import type { BenchRequest } from '../payloads.js';
import type { BenchClient, ClientConfig } from './client.js';
import { openHttp, readBody } from '../http.js';

const END = 3;
/** Magic and nonce of an answer; LENGTH and TYPE of a frame. */
const PREFIX = 36;
const FRAME_HEADER = 5;

const unixNow = (): number => Math.floor(Date.now() / 1000);

export async function openDrained(config: ClientConfig): Promise<BenchClient> {
  const { baseUrl, apiKey = '', root = '' } = config;
  const { send, post, close } = openHttp(config);
  const bytes = await readBody(await send('/v2/keys'));
  const realm = new URL(baseUrl).hostname;
  const document = await takeKeyDocument(bytes, { roots: [parsePin('root', root)], realm, now: unixNow() });
  const call = async (body: BenchRequest): Promise<void> => {
    const { message, keyId, answer } = await sealRequest({
      key: chooseKey(document, unixNow(), [1]),
      head: {
        method: 'POST',
        path: '/v1/chat/completions',
        contentType: 'application/json',
        authorization: `Bearer ${apiKey}`,
      },
      body: new TextEncoder().encode(JSON.stringify({ ...body, stream: true })),
      now: unixNow(),
    });
    answer.dispose();
    await drain(await post(`/v2/${keyId}`, { 'content-type': CONTENT_TYPE.request }, message));
  };
  return { call, close };
}

/** @throws {Error} when the last frame is not END */
async function drain(message: AsyncIterable<Uint8Array>): Promise<void> {
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
