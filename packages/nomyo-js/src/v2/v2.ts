/** The option `protocol` of a client that speaks version 2, and nothing else. */
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
import type { CommonOptions } from '../options.js';
import type { Protocol } from '../protocol.js';
import { SealedChannel } from './channel.js';

/** The options of {@link v2}. */
export interface V2Options {
  /**
   * Pins of the roots that are trusted, as `nomyo-router keys root` prints them: `ed25519/` and the base64 of the 32 raw
   * bytes. Two while one root replaces another.
   */
  readonly roots: readonly string[];
  /** The realm the root delegated for: 1 to 255 ASCII characters. Default: the host of the base URL, without port. */
  readonly realm?: string;
  /**
   * Suites that a key may have, the preferred one first. 1: ML-KEM-768 with X25519 (X-Wing). 2: X25519 alone, which is not
   * post-quantum. Default: `[1]`.
   */
  readonly suites?: readonly SuiteId[];
}

const OPTION_NAMES: readonly (keyof V2Options)[] = ['roots', 'realm', 'suites'];

/** Version 2 has neither a key pair of the client's nor a key of the router's that is met by chance. */
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
 * Version 2 of the protocol, for the option `protocol`. A pinned root means version 2 and nothing else: whatever the
 * network says, version 1 is never tried.
 *
 * One value serves any number of clients. Nothing is read, written or sent here.
 *
 * @throws {InvalidArgumentError} on a wrong option, such as no root, or one that is no pin
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
    throw new InvalidArgumentError('roots', 'must be an array with one pin of a root at least');
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
    throw new InvalidArgumentError(name, 'must be an array with one suite at least');
  }
  const suites = value.map((suite: unknown, i) => aSuite(`${name}[${String(i)}]`, suite));
  if (new Set(suites).size === suites.length) return suites;
  throw new InvalidArgumentError(name, 'names a suite twice');
}
