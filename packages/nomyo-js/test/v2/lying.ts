/** A gateway that lies: it has its own keys, and seals what the test wants. */
import { generateKemKey, RequestOpener, type AnswerHead, type KemKey } from '@nomyo/protocol-v2';
import type { Protocol } from '@nomyo/router';
import type { Answered, Passing } from '../terminator.js';

export interface Liar {
  /** For a router whose keys are known here. */
  readonly protocol: Protocol;
  /** An answer to this request, sealed as the gateway would. */
  readonly says: (request: Passing, head: AnswerHead, body: string) => Promise<Answered>;
}

export function liar(): Liar {
  const keys = new Map<string, KemKey>();
  const makeKey: Protocol['makeKey'] = async (options) => {
    const key = await generateKemKey(options);
    keys.set(key.keyId, key);
    return key;
  };
  return {
    protocol: { makeKey },
    says: async ({ path, body: message }, head, body) => {
      const opener = new RequestOpener({
        pathKeyId: path.slice('/v2/'.length),
        keys: { find: (keyId) => keys.get(keyId) },
        now: () => Math.floor(Date.now() / 1_000),
        sink: () => undefined,
      });
      await opener.push(message);
      const sealer = await (await opener.end()).answer();
      const headers = { 'content-type': 'application/nomyo-v2-response' };
      return { status: 200, headers, body: Buffer.from(await sealer.whole(head, Buffer.from(body))) };
    },
  };
}
