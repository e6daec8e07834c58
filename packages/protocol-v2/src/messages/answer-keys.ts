/** The keys of an answer (SPEC 8.2), derived as OHTTP does (RFC 9458 4.4). */
import { concatBytes, wipe, type Bytes } from '@nomyo/base';
import { LABEL, SIZES } from '../facts.js';
import { expand, extract } from '../hkdf.js';
import type { AnswerSecret } from './request-sealer.js';

/** The caller wipes both. */
export async function answerKeys(
  { secret, enc }: AnswerSecret,
  responseNonce: Uint8Array,
): Promise<{ readonly key: Bytes; readonly baseNonce: Bytes }> {
  const prk = await secret.borrow((ikm) => extract(concatBytes(enc, responseNonce), ikm));
  try {
    return {
      key: await expand(prk, LABEL.key, SIZES.key),
      baseNonce: await expand(prk, LABEL.nonce, SIZES.nonce),
    };
  } finally {
    wipe(prk);
  }
}
