/** The closed list of fail modes: what is written after `--fail`, and what it does. */

/** Answers in place of the router; the envelope is not opened. */
export const STATUS_MODES = {
  '200-plaintext': '200 with a chat completion that is not sealed',
  '200-html': '200 with an HTML page',
  '200-empty': '200 with no body',
  '200-null': '200 with JSON null',
  '200-array': '200 with a JSON array',
  '204': '204 No Content',
  '301': '301 to another place (:URL, default {base}/redirected)',
  '302': '302 to another place (:URL)',
  '303': '303 to another place (:URL)',
  '307': '307 to another place (:URL); who follows it sends everything again',
  '308': '308 to another place (:URL); who follows it sends everything again',
  '400': '400 with a text as detail',
  '400-list': '400 with a list of objects as detail',
  '400-hostile': '400 with a detail of 100 KB, with terminal escapes and line ends',
  '401': '401, API key missing or wrong',
  '403': '403, model not allowed for the tier',
  '403-html': '403 with the HTML page of a proxy',
  '404': '404, secure inference not enabled',
  '418': '418, a status the protocol does not know',
  '422': '422 with a list of objects as detail',
  '429': '429 without Retry-After',
  '429-seconds': '429 with Retry-After in seconds (:N, default 1)',
  '429-date': '429 with Retry-After as a date (:N seconds from now, default 1)',
  '500': '500, the router failed',
  '500-empty': '500 with no body',
  '502': '502 with a text as detail',
  '502-html': '502 with the HTML page of a proxy',
  '503': '503 without Retry-After',
  '503-seconds': '503 with Retry-After in seconds (:N, default 1)',
  '503-date': '503 with Retry-After as a date (:N seconds from now, default 1)',
  '503-html': '503 with the HTML page of a proxy',
  '504': '504 with a text as detail',
  '504-html': '504 with the HTML page of a proxy',
} as const;

/** A good answer, damaged after it was sealed. */
export const ENVELOPE_MODES = {
  'flip-ciphertext': 'one bit of the ciphertext flipped (:N, the bit, default 0)',
  'flip-nonce': 'one bit of the nonce flipped (:N)',
  'flip-tag': 'one bit of the tag flipped (:N)',
  'flip-wrapped-key': 'one bit of the wrapped key flipped (:N)',
  'tag-4': 'the tag cut to its first 4 bytes',
  'tag-12': 'the tag cut to its first 12 bytes',
  'nonce-16': 'a nonce of 16 bytes',
  'wrapped-key-short': 'the wrapped key without its last byte',
  'no-version': 'the member version missing',
  'no-algorithm': 'the member algorithm missing',
  'no-payload': 'the member encrypted_payload missing',
  'no-ciphertext': 'the member ciphertext missing',
  'no-nonce': 'the member nonce missing',
  'no-tag': 'the member tag missing',
  'no-wrapped-key': 'the member encrypted_aes_key missing',
  'number-tag': 'the tag is a number',
  'other-version': 'version "2.0"',
  'other-algorithm': 'another algorithm',
  'other-key-algorithm': 'another key_algorithm',
  'other-payload-algorithm': 'another payload_algorithm',
  'base64-url': 'the nonce in the URL alphabet of base64',
  'base64-spaces': 'white space in the base64 of the ciphertext',
  'base64-unpadded': 'the tag without its padding',
  'base64-stray-bits': 'the tag with bits set after its last byte',
  'half-envelope': 'the first half of the envelope, with the length of a half',
  'swapped-key': "the answer sealed to a stranger's key",
} as const;

/** A good envelope around something that is no answer. */
export const PLAINTEXT_MODES = {
  'inner-text': 'a good envelope around a text that is no JSON',
  'inner-latin1': 'a good envelope around JSON that is not UTF-8',
  'inner-array': 'a good envelope around a JSON array',
  'inner-null': 'a good envelope around JSON null',
  'inner-empty': 'a good envelope around nothing',
} as const;

/** A good answer, delivered badly. */
export const DELIVERY_MODES = {
  'cut-before-headers': 'the connection ends before the answer',
  'cut-after-headers': 'the connection ends after the headers',
  'cut-mid-body': 'the connection ends in the middle of the body',
  reset: 'the connection is reset (RST) before the answer',
  'reset-mid-body': 'the connection is reset (RST) in the middle of the body',
  drip: 'the body in pieces of 64 bytes (:N ms apart, default 1000)',
  endless: 'a body that never ends, as fast as it is read',
  never: 'no answer at all; the connection stays open',
  'length-too-long': 'a Content-Length beyond the body; the connection stays open',
  'length-too-short': 'a Content-Length of half the body',
  gzip: 'Content-Encoding: gzip, and so it is',
} as const;

/** At the key endpoint. */
export const KEY_MODES = {
  'key-garbage': 'the key endpoint gives text that is no PEM',
  'key-html': 'the key endpoint gives an HTML page',
  'key-empty': 'the key endpoint gives an empty body',
  'key-private': 'the key endpoint gives a private key',
  'key-1024': 'the key endpoint gives an RSA key of 1024 bits',
  'key-ec': 'the key endpoint gives an elliptic-curve key',
  'key-stranger': 'the key endpoint gives a good RSA key that is not the router’s',
  'key-404': 'the key endpoint gives 404',
  'key-500': 'the key endpoint gives 500',
  'key-503': 'the key endpoint gives 503',
  'key-redirect': 'the key endpoint gives a 302 (:URL)',
  'key-cut': 'the key endpoint ends the connection before the answer',
  'key-endless': 'the key endpoint gives a body that never ends',
  'key-never': 'the key endpoint does not answer',
} as const;

/** Everything else. */
export const ROUTER_MODES = {
  ok: 'no failure: a place in a list for a good answer',
  'rotated-key':
    'the router takes a new key before it opens the request: 400, and the key endpoint has the new one',
  random: 'any of the modes above but those of the key endpoint, at random (:SEED, default 1)',
} as const;

/** The name of a fail mode. */
export type FailModeName =
  | keyof typeof STATUS_MODES
  | keyof typeof ENVELOPE_MODES
  | keyof typeof PLAINTEXT_MODES
  | keyof typeof DELIVERY_MODES
  | keyof typeof KEY_MODES
  | keyof typeof ROUTER_MODES;

/** Every fail mode and what it does. */
export const FAIL_MODES: Readonly<Record<FailModeName, string>> = {
  ...STATUS_MODES,
  ...ENVELOPE_MODES,
  ...PLAINTEXT_MODES,
  ...DELIVERY_MODES,
  ...KEY_MODES,
  ...ROUTER_MODES,
};

/** Arguments of the modes that take one, as text after the colon. */
export const MODE_ARGUMENTS: Readonly<Partial<Record<FailModeName, 'number' | 'URL'>>> = {
  '301': 'URL',
  '302': 'URL',
  '303': 'URL',
  '307': 'URL',
  '308': 'URL',
  '429-seconds': 'number',
  '429-date': 'number',
  '503-seconds': 'number',
  '503-date': 'number',
  'flip-ciphertext': 'number',
  'flip-nonce': 'number',
  'flip-tag': 'number',
  'flip-wrapped-key': 'number',
  drip: 'number',
  'key-redirect': 'URL',
  random: 'number',
};
