/** The value of the option `protocol` for version 2. */
import {
  anObject,
  aString,
  InvalidArgumentError,
  oneOf,
  optional,
  refuseUnknown,
  type Bytes,
} from '@nomyo/base';
import { formatPin, isSuite, parsePin, SUITES, type SuiteId } from '@nomyo/protocol-v2';
import type { CommonOptions } from '../options/options.js';
import type { Protocol } from '../protocol.js';
import { SealedChannel } from './channel.js';

/** The options of {@link v2}. */
export interface V2Options {
  /**
   * Pins of the trusted roots, as `nomyo-router keys root` prints them: `ed25519/` and the base64 of the 32 raw bytes.
   * At least one; two while one root replaces another. Required.
   */
  readonly roots: readonly string[];
  /** The realm that the root delegates: 1 to 255 ASCII characters. Default: the host of the base URL, without port. */
  readonly realm?: string;
  /**
   * Suites that a key may have, the preferred one first. 1: ML-KEM-768 with X25519 (X-Wing). 2: X25519 alone, which is
   * not post-quantum. Default: `[1]`.
   */
  readonly suites?: readonly SuiteId[];
}

const OPTION_NAMES: readonly (keyof V2Options)[] = ['roots', 'realm', 'suites'];

/** Options without effect: in version 2 the client has no key pair, and the gateway's key needs no policy. */
const EXCLUDED: readonly (keyof CommonOptions)[] = [
  'keys',
  'keyRotationInterval',
  'keyRotationRequests',
  'keyRotationDir',
  'keyRotationPassword',
  'keySize',
  'serverKeyPins',
  'serverKeyPolicy',
  'onServerKeyChange',
  'serverKeyTtl',
];

const DEFAULT_SUITES: readonly SuiteId[] = [1];

/** Every suite there is. */
const aSuite = oneOf(Object.keys(SUITES).map(Number).filter(isSuite));

/**
 * Makes the value of the option `protocol` for version 2. A client with it never falls back to version 1, whatever the
 * network says.
 *
 * One value can be used for any number of clients. Nothing is read, written or sent here.
 *
 * @throws {InvalidArgumentError} on an invalid option, such as a missing root or a malformed pin
 * @example
 * const client = new SecureChatCompletion({
 *   baseUrl: 'https://llm.example',
 *   protocol: v2({ roots: ['ed25519/11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='] }),
 * });
 */
export function v2(options: V2Options): Protocol {
  const { roots, realm, suites } = anObject('options', options);
  refuseUnknown(options, OPTION_NAMES);
  const trust = {
    roots: checkRoots(roots),
    realm: optional('realm', realm, aRealm, undefined),
    suites: optional('suites', suites, aListOfSuites, DEFAULT_SUITES),
  };
  return {
    name: 'nomyo/2',
    roots: trust.roots.map(formatPin),
    pinsServerKey: true,
    hasKeyPair: false,
    streams: true,
    excludes: EXCLUDED,
    connect: (context) => new SealedChannel(trust, context),
  };
}

function checkRoots(roots: unknown): readonly Bytes[] {
  if (!Array.isArray(roots) || roots.length === 0) {
    throw new InvalidArgumentError('roots', 'must be an array of at least one root pin');
  }
  return roots.map((pin: unknown, i) => parsePin(`roots[${String(i)}]`, pin));
}

function aRealm(name: string, value: unknown): string {
  const realm = aString(name, value);
  if (/^\p{ASCII}{1,255}$/u.test(realm)) return realm;
  throw new InvalidArgumentError(name, 'must be 1 to 255 ASCII characters');
}

function aListOfSuites(name: string, value: unknown): readonly SuiteId[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new InvalidArgumentError(name, 'must be an array of at least one suite');
  }
  const suites = value.map((suite: unknown, i) => aSuite(`${name}[${String(i)}]`, suite));
  if (new Set(suites).size === suites.length) return suites;
  throw new InvalidArgumentError(name, 'names a suite twice');
}
