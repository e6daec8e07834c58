/** Every fault that the router knows, how often it is injected, and what a client may make of it. */
import type { FailMode, FailModeName } from '@nomyo/router/testing';
import type { Random } from '../common/random.js';

/** How a call ends: `answer`, or the class and the code of its error. */
type Outcome =
  | 'answer'
  | 'APIError API_ERROR'
  | 'AuthenticationError AUTHENTICATION_FAILED'
  | 'ForbiddenError FORBIDDEN'
  | 'InvalidRequestError INVALID_REQUEST'
  | 'RateLimitError RATE_LIMITED'
  | 'ServerError SERVER_ERROR'
  | 'ServiceUnavailableError SERVICE_UNAVAILABLE'
  | 'APIConnectionError CONNECTION_FAILED'
  | 'APIConnectionTimeoutError CONNECTION_TIMEOUT'
  | `SecurityError ${
      | 'INVALID_ENVELOPE'
      | 'DECRYPTION_FAILED'
      | 'INVALID_PLAINTEXT'
      | 'REDIRECT_REFUSED'
      | 'BODY_TOO_LARGE'
      | 'SERVER_KEY_INVALID'}`;

const ANSWER = ['answer'] as const;
const ENVELOPE = ['SecurityError INVALID_ENVELOPE'] as const;
const DECRYPTION = ['SecurityError DECRYPTION_FAILED'] as const;
const PLAINTEXT = ['SecurityError INVALID_PLAINTEXT'] as const;
const REDIRECT = ['SecurityError REDIRECT_REFUSED'] as const;
const CONNECTION = ['APIConnectionError CONNECTION_FAILED'] as const;
export const TIMEOUT: readonly Outcome[] = ['APIConnectionTimeoutError CONNECTION_TIMEOUT'];
const OTHER_STATUS = ['APIError API_ERROR'] as const;
const INVALID_REQUEST = ['InvalidRequestError INVALID_REQUEST'] as const;
const FORBIDDEN = ['ForbiddenError FORBIDDEN'] as const;
const RATE_LIMITED = ['RateLimitError RATE_LIMITED'] as const;
const SERVER = ['ServerError SERVER_ERROR'] as const;
const UNAVAILABLE = ['ServiceUnavailableError SERVICE_UNAVAILABLE'] as const;
const NO_KEY = ['SecurityError SERVER_KEY_INVALID'] as const;

/** The table behind {@link outcomesOf}; complete: the compiler asks for every mode of the router. */
const ALLOWED: Readonly<Record<FailModeName, readonly Outcome[]>> = {
  '200-plaintext': ENVELOPE,
  '200-html': ENVELOPE,
  '200-empty': ENVELOPE,
  '200-null': ENVELOPE,
  '200-array': ENVELOPE,
  '204': OTHER_STATUS,
  '301': REDIRECT,
  '302': REDIRECT,
  '303': REDIRECT,
  '307': REDIRECT,
  '308': REDIRECT,
  '400': INVALID_REQUEST,
  '400-list': INVALID_REQUEST,
  '400-hostile': INVALID_REQUEST,
  '401': ['AuthenticationError AUTHENTICATION_FAILED'],
  '403': FORBIDDEN,
  '403-html': FORBIDDEN,
  '404': OTHER_STATUS,
  '418': OTHER_STATUS,
  '422': OTHER_STATUS,
  '429': RATE_LIMITED,
  '429-seconds': RATE_LIMITED,
  '429-date': RATE_LIMITED,
  '500': SERVER,
  '500-empty': SERVER,
  '502': OTHER_STATUS,
  '502-html': OTHER_STATUS,
  '503': UNAVAILABLE,
  '503-seconds': UNAVAILABLE,
  '503-date': UNAVAILABLE,
  '503-html': UNAVAILABLE,
  '504': OTHER_STATUS,
  '504-html': OTHER_STATUS,
  'flip-ciphertext': DECRYPTION,
  'flip-nonce': DECRYPTION,
  'flip-tag': DECRYPTION,
  'flip-wrapped-key': DECRYPTION,
  'tag-4': ENVELOPE,
  'tag-12': ENVELOPE,
  'nonce-16': ENVELOPE,
  'wrapped-key-short': ENVELOPE,
  'no-version': ENVELOPE,
  'no-algorithm': ENVELOPE,
  'no-payload': ENVELOPE,
  'no-ciphertext': ENVELOPE,
  'no-nonce': ENVELOPE,
  'no-tag': ENVELOPE,
  'no-wrapped-key': ENVELOPE,
  'number-tag': ENVELOPE,
  'other-version': ENVELOPE,
  'other-algorithm': ENVELOPE,
  'other-key-algorithm': ENVELOPE,
  'other-payload-algorithm': ENVELOPE,
  'base64-url': ENVELOPE,
  'base64-spaces': ENVELOPE,
  'base64-unpadded': ENVELOPE,
  'base64-stray-bits': ENVELOPE,
  'half-envelope': ENVELOPE,
  'swapped-key': DECRYPTION,
  'inner-text': PLAINTEXT,
  'inner-latin1': PLAINTEXT,
  'inner-array': PLAINTEXT,
  'inner-null': PLAINTEXT,
  'inner-empty': PLAINTEXT,
  'cut-before-headers': CONNECTION,
  'cut-after-headers': CONNECTION,
  'cut-mid-body': CONNECTION,
  reset: CONNECTION,
  'reset-mid-body': CONNECTION,
  // Whichever comes first, the end of the pieces or of the time.
  drip: ['answer', ...TIMEOUT],
  // Whichever comes first, the limit or the end of the time.
  endless: ['SecurityError BODY_TOO_LARGE', ...TIMEOUT],
  never: TIMEOUT,
  'length-too-long': TIMEOUT,
  // Half an envelope, or the other half where the next answer begins: whichever is seen first.
  'length-too-short': [...ENVELOPE, ...CONNECTION],
  gzip: CONNECTION,
  'key-garbage': NO_KEY,
  'key-html': NO_KEY,
  'key-empty': NO_KEY,
  'key-private': NO_KEY,
  'key-1024': NO_KEY,
  'key-ec': NO_KEY,
  // A good key, but the router cannot open what is sealed to it; once a call, the key is fetched again.
  'key-stranger': INVALID_REQUEST,
  'key-404': OTHER_STATUS,
  'key-500': SERVER,
  'key-503': UNAVAILABLE,
  'key-redirect': REDIRECT,
  'key-cut': CONNECTION,
  'key-endless': ['SecurityError BODY_TOO_LARGE', ...TIMEOUT],
  'key-never': TIMEOUT,
  ok: ANSWER,
  // The client fetches the new key and seals once more; what becomes of that is the next request's matter.
  'rotated-key': INVALID_REQUEST,
  random: [],
};

/** A fault is rarer than others when it takes long or moves much. Default: 1. */
const WEIGHTS: Readonly<Partial<Record<FailModeName, number>>> = {
  never: 0.5,
  'length-too-long': 0.5,
  endless: 0.15,
  'rotated-key': 0.6,
  ok: 0,
  random: 0,
};

/** The text written after the name. */
const ARGUMENTS: Readonly<Partial<Record<FailModeName, (random: Random) => number>>> = {
  '429-seconds': (random) => random.below(3),
  '429-date': (random) => random.below(3),
  '503-seconds': (random) => random.below(3),
  '503-date': (random) => random.below(3),
  'flip-ciphertext': (random) => random.below(100_000),
  'flip-nonce': (random) => random.below(96),
  'flip-tag': (random) => random.below(128),
  'flip-wrapped-key': (random) => random.below(2048),
  drip: (random) => random.pick([0, 5, 300]),
};

const isOfKey = (name: FailModeName): boolean => name.startsWith('key-');

/** The possible outcomes of an attempt that meets a fault, when no other attempt follows. */
export function outcomesOf(fault: string): readonly string[] {
  return isFault(fault) ? ALLOWED[fault] : [];
}

function isFault(name: string): name is FailModeName {
  return Object.hasOwn(ALLOWED, name);
}

const NAMES = Object.keys(ALLOWED).filter(isFault);

/** Every fault that is injected, by the endpoint where it is. */
export const FAULTS: Readonly<Record<'completion' | 'key', readonly FailModeName[]>> = {
  completion: NAMES.filter((name) => !isOfKey(name) && weightOf(name) > 0),
  key: NAMES.filter(isOfKey),
};

/** One in two requests meets a fault, and one in four fetches of the key. */
const ONE_IN = { completion: 2, key: 4 } as const;

/**
 * The fault of one request, by its place in the run alone.
 *
 * @param random named after the seed, the call and the attempt
 */
export function faultFor(endpoint: 'completion' | 'key', random: Random): FailMode | undefined {
  if (!random.oneIn(ONE_IN[endpoint])) return undefined;
  const names = FAULTS[endpoint];
  let name = random.pick(names);
  while (random.below(100) >= weightOf(name) * 100) name = random.pick(names);
  const argument = ARGUMENTS[name]?.(random);
  return argument === undefined ? name : `${name}:${String(argument)}`;
}

function weightOf(name: FailModeName): number {
  return WEIGHTS[name] ?? 1;
}
