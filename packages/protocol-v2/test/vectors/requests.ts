/** `requests` and `bad_requests`. */
import { concatBytes } from '@nomyo/base';
import { isTier, type Keys } from './shared.js';
import { LABEL, SUITES, type SuiteId } from '../../src/facts.js';
import { encodeRequestHead, type RequestHead } from '../../src/messages/head.js';
import { toHex } from '../../src/layout.js';
import { RequestOpener, type OpenedRequest } from '../../src/messages/request-opener.js';
import { sealFrames } from '../../src/messages/request-sealer.js';
import { schedule } from '../../src/schedule.js';
import { FEEDS, feed, firstDifference, outcome } from './compare.js';
import { VectorError, type Case } from './file.js';
import { frameOf } from './shared.js';

function headOf(vector: Case): RequestHead {
  const tier = vector.optional('tier', (name) => vector.text(name));
  if (tier !== undefined && !isTier(tier)) throw new VectorError('"tier" is none');
  const optional = (member: 'contentType' | 'authorization', name: string): Partial<RequestHead> =>
    vector.has(name) ? { [member]: vector.text(name) } : {};
  return {
    method: vector.text('method') === 'GET' ? 'GET' : 'POST',
    path: vector.text('path'),
    ...optional('contentType', 'content_type'),
    ...optional('authorization', 'authorization'),
    ...(tier === undefined ? {} : { tier }),
  };
}

/** The key id in the path: of the case, or of the message where the case names none. */
function pathOf(vector: Case, message: Uint8Array): string {
  if (vector.has('path_key_id')) return vector.text('path_key_id');
  return vector.has('key_id') ? vector.text('key_id') : toHex(message.subarray(4, 20));
}

/** The plaintext of a message, fed in pieces of `step` bytes. */
export async function openRequest(
  vector: Case,
  keys: Keys,
  step: number,
): Promise<{ opened: OpenedRequest; body: Uint8Array }> {
  const message = vector.hex('message');
  const pieces: Uint8Array[] = [];
  const opener = new RequestOpener({
    pathKeyId: pathOf(vector, message),
    keys: { find: (keyId) => keys.get(keyId) },
    now: () => vector.number('now'),
    ...(vector.has('max_request') ? { maxRequest: vector.number('max_request') } : {}),
    sink: (piece) => {
      pieces.push(concatBytes(piece));
    },
  });
  await feed(message, step, (chunk) => opener.push(chunk));
  return { opened: await opener.end(), body: concatBytes(...pieces) };
}

export async function checkBadRequest(vector: Case, keys: Keys): Promise<string | undefined> {
  for (const [name, step] of Object.entries(FEEDS)) {
    const found = await outcome(() => openRequest(vector, keys, step));
    const difference = firstDifference({ expect: vector.text('expect') }, { expect: found });
    if (difference !== undefined) return `${name}: ${difference}`;
  }
  return undefined;
}

export async function checkRequest(vector: Case, keys: Keys): Promise<string | undefined> {
  const failed = await checkBadRequest(vector, keys);
  if (failed !== undefined || vector.text('expect') !== 'ok') return failed;
  for (const [name, step] of Object.entries(FEEDS)) {
    const { opened, body } = await openRequest(vector, keys, step);
    opened.dispose();
    const { head, requestId, timestamp } = opened;
    const difference = firstDifference(
      {
        head: headOf(vector.object('head')),
        body: vector.hex('body'),
        request_id: vector.text('request_id'),
        timestamp: vector.number('timestamp'),
      },
      { head, body, request_id: requestId, timestamp },
    );
    if (difference !== undefined) return `${name}: ${difference}`;
  }
  return (await checkSchedule(vector, keys)) ?? (await checkSealing(vector, keys));
}

function suiteOf(vector: Case, keys: Keys): SuiteId {
  const key = keys.get(vector.text('key_id'));
  if (key === undefined) throw new VectorError('"key_id" is none of "kem_keys"');
  return key.suite;
}

/** The recorded secrets, one by one. */
async function checkSchedule(vector: Case, keys: Keys): Promise<string | undefined> {
  const suite = suiteOf(vector, keys);
  const message = vector.hex('message');
  const info = concatBytes(LABEL.request, message.subarray(0, 44));
  const enc = concatBytes(message.subarray(44, 44 + SUITES[suite].encBytes));
  const sharedSecret = (await keys.get(vector.text('key_id'))?.decapsulate(enc)) ?? new Uint8Array(0);
  const found = { info, enc, shared_secret: concatBytes(sharedSecret) };
  const { key, baseNonce, secret } = await schedule(suite, info, { enc, sharedSecret: concatBytes(sharedSecret) });
  return firstDifference(
    Object.fromEntries(
      ['info', 'enc', 'shared_secret', 'key', 'base_nonce', 'response_secret'].map((name) => [name, vector.hex(name)]),
    ),
    { ...found, key, base_nonce: baseNonce, response_secret: secret },
  );
}

async function checkSealing(vector: Case, keys: Keys): Promise<string | undefined> {
  const head = encodeRequestHead(headOf(vector.object('head')));
  const body = vector.hex('body');
  let at = 0;
  const frames = vector.list('frames').map((frame, index) => {
    const length = frame.number('content_length');
    if (index === 0) return frameOf(frame, head);
    at += length;
    return frameOf(frame, body.subarray(at - length, at));
  });
  const suite = suiteOf(vector, keys);
  const keyId = vector.text('key_id');
  const { message, answer } = await sealFrames(
    {
      key: { suite, publicKey: new Uint8Array(SUITES[suite].publicBytes), keyId },
      now: vector.number('timestamp'),
      requestId: vector.text('request_id'),
    },
    frames,
    { enc: vector.hex('enc'), sharedSecret: vector.hex('shared_secret') },
  );
  answer.dispose();
  return firstDifference({ 'sealed message': vector.hex('message') }, { 'sealed message': message });
}
