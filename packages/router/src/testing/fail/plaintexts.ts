import type { Failure } from './failure.js';
import type { PLAINTEXT_MODES } from './modes.js';

/** Something other than an answer inside a good envelope. */
export const plaintextFailures: Readonly<Record<keyof typeof PLAINTEXT_MODES, Failure>> = {
  'inner-text': { plaintext: () => Buffer.from('this is no JSON', 'utf8') },
  'inner-latin1': {
    plaintext: () => Buffer.from('{"object":"chat.completion","model":"caf\u00e9"}', 'latin1'),
  },
  'inner-array': { plaintext: () => Buffer.from('[{"object":"chat.completion"}]', 'utf8') },
  'inner-null': { plaintext: () => Buffer.from('null', 'utf8') },
  'inner-empty': { plaintext: () => new Uint8Array(0) },
};
