import { beforeAll, describe, expect, it } from '@jest/globals';
import { createAnswerSealer } from '../../../src/server/protocol/answer-sealer.js';
import { padme } from '../../../src/server/protocol/frames.js';
import type { HpkeKey } from '../../../src/server/protocol/hpke.js';
import { ClearError, type OpenRequest } from '../../../src/server/protocol/port.js';
import { HpkeRequestOpener } from '../../../src/server/protocol/request-opener.js';
import { hex, hexOf, keysOfVectors, vectors } from './vectors.js';

let keys: readonly HpkeKey[] = [];
beforeAll(async () => {
  keys = await keysOfVectors();
});

/** Feeds the opener with pieces of `size` bytes. */
async function open(
  message: Uint8Array,
  now: number,
  size: number,
  { maxRequest = 10_485_760, pathKeyId }: { maxRequest?: number; pathKeyId?: string | undefined } = {},
): Promise<OpenRequest> {
  // Where a vector has no path, it is what the message names.
  const keyId = pathKeyId ?? hexOf(message.subarray(4, 20)).padEnd(32, '0');
  const findKey = (id: string) => keys.find((key) => key.id === id);
  const opener = new HpkeRequestOpener({ keyId, findKey, now, clock: () => now, maxRequest });
  try {
    for (let at = 0; at < message.byteLength; at += size) await opener.push(message.subarray(at, at + size));
    return await opener.finish();
  } finally {
    opener.dispose();
  }
}

const codeOf = async (opened: Promise<OpenRequest>): Promise<string> => {
  try {
    await opened;
    return 'ok';
  } catch (error) {
    return error instanceof ClearError ? error.code : String(error);
  }
};

describe('keys', () => {
  it('have the ids and public keys of the vectors', () => {
    expect(keys.map(({ id, publicKey }) => [id, hexOf(publicKey)])).toEqual(
      vectors.kem_keys.map((key) => [key.key_id, key.public]),
    );
  });
});

describe('requests', () => {
  it.each(vectors.requests)('$name', async ({ message, now, head, body, request_id }) => {
    for (const size of [1 << 20, 1]) {
      const request = await open(hex(message), now, size);
      expect(request.requestId).toBe(request_id);
      expect(request.head).toEqual({
        method: head['method'],
        path: head['path'],
        contentType: head['content_type'],
        authorization: head['authorization'],
        tier: head['tier'],
      });
      expect(hexOf(request.body)).toBe(body);
      request.dispose();
    }
  });

  it.each(vectors.bad_requests)('$name: $expect', async ({ message, now, expect: code, ...vector }) => {
    const limits = { maxRequest: vector.max_request, pathKeyId: vector.path_key_id };
    for (const size of [1 << 20, 1]) {
      expect(await codeOf(open(hex(message), now, size, limits))).toBe(code);
    }
  });
});

describe('answers', () => {
  it.each(vectors.responses)('$name', ({ response_secret, enc, response_nonce, frames, message }) => {
    const sealer = createAnswerSealer({
      secret: hex(response_secret),
      enc: hex(enc),
      responseNonce: hex(response_nonce),
      now: () => 0,
    });
    const sealed = frames.map(({ type, content, padded_to }) => sealer.frame(type, hex(content), padded_to));
    expect(hexOf(Buffer.concat([sealer.opening, ...sealed]))).toBe(message);
    sealer.dispose();
  });
});

describe('Padmé', () => {
  it.each(vectors.padme)('%d becomes %d', (length, padded) => {
    expect(padme(length, 1_024)).toBe(padded);
  });
});
