/** Texts of flags, variables and the configuration file as the values they stand for. Pure. */
import { isLoopback } from '@nomyo/base';
import { checkPins, parseBaseUrl } from '@nomyo/transport';
import { phiPolicy, type Policy, type SecurityTier } from 'nomyo-js';
import { UsageError } from '../exit/codes.js';

/** The value of a setting from one source; several texts for a list. */
export type Given = readonly string[];

/**
 * @param origin how the user wrote it: `--tier`, `NOMYO_TIER`, `tier in FILE`
 * @throws {UsageError}
 */
export type Reader<T> = (given: Given, origin: string) => T;

const TIERS: readonly SecurityTier[] = ['standard', 'high', 'maximum'];
const POLICIES: ReadonlyMap<string, Readonly<Policy>> = new Map([['phi', phiPolicy]]);
const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['', 1_000],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** The maximum for timers. */
const MAX_MS = 2 ** 31 - 1;
const MAX_DESCRIPTOR = 65_535;
/** Standard input may be the question itself, and the other two are not for reading. */
const FIRST_FREE_DESCRIPTOR = 3;
const MAX_MODEL_LENGTH = 256;

const wrong = (origin: string, must: string): UsageError => new UsageError(`${origin} must be ${must}`);
const only = (given: Given): string => given.at(-1) ?? '';

/** A path; it need not exist. */
export const aPath: Reader<string> = (given, origin) => {
  const path = only(given);
  if (path === '' || path.includes('\0')) throw wrong(origin, 'a path');
  return path;
};

/** Plain HTTP is for this machine alone. Credentials in a URL would be seen by everybody who lists processes. */
export const aUrl: Reader<string> = (given, origin) => {
  const text = only(given);
  if (!URL.canParse(text)) throw wrong(origin, 'a URL, such as https://api.nomyo.ai');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw new UsageError(`${origin} must not hold a user name or password; use --api-key-file`);
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new UsageError(`${origin} must be an https: URL; http: is for routers on this machine`);
  }
  return parseBaseUrl(text, { allowHttp: true, name: origin }).href;
};

/** A security tier by its name. */
export const aTier: Reader<SecurityTier> = (given, origin) => {
  const tier = TIERS.find((name) => name === only(given));
  if (tier === undefined) throw wrong(origin, `one of ${TIERS.join(', ')}`);
  return tier;
};

/** The name of a model. */
export const aModel: Reader<string> = (given, origin) => {
  const model = only(given);
  if (model.trim() === '' || model.length > MAX_MODEL_LENGTH) throw wrong(origin, 'the name of a model');
  return model;
};

/** A policy by its name. */
export const aPolicy: Reader<Readonly<Policy>> = (given, origin) => {
  const policy = POLICIES.get(only(given));
  if (policy === undefined) throw wrong(origin, `one of ${[...POLICIES.keys()].join(', ')}`);
  return policy;
};

/** In ms. A bare number counts seconds. */
export const aDuration: Reader<number> = (given, origin) => {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/u.exec(only(given)) ?? [];
  const ms = Math.round(Number(digits) * (UNIT_MS.get(unit) ?? NaN));
  if (digits === '' || !(ms >= 1) || ms > MAX_MS) {
    throw wrong(origin, 'a time such as 500ms, 30s or 5m, below 24 days');
  }
  return ms;
};

/** A whole number from `min` to `max`. */
export const aCount =
  (min: number, max: number): Reader<number> =>
  (given, origin) => {
    const text = only(given);
    const count = Number(text);
    if (!/^\d+$/u.test(text) || count < min || count > max) {
      throw wrong(origin, `a whole number from ${String(min)} to ${String(max)}`);
    }
    return count;
  };

/** A file descriptor other than the standard three. */
export const aDescriptor: Reader<number> = aCount(FIRST_FREE_DESCRIPTOR, MAX_DESCRIPTOR);

/** A flag is there or not; a variable says 1 or 0. */
export const aSwitch: Reader<boolean> = (given, origin) => {
  const text = only(given);
  if (['1', 'true', 'yes'].includes(text)) return true;
  if (['0', 'false', 'no'].includes(text)) return false;
  throw wrong(origin, '1 or 0');
};

/** Several may stand in one text, with commas between them. */
const listOf = (given: readonly string[]): readonly string[] =>
  given.flatMap((text) => text.split(',')).map((part) => part.trim());

/** 32 bytes as base64: the bits that the last character has too many are zero. */
const ROOT = /^ed25519\/[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/u;

/** Pins of roots, with commas between them. */
export const roots: Reader<readonly string[]> = (given, origin) => {
  const list = listOf(given);
  if (list.every((root) => ROOT.test(root))) return list;
  throw wrong(origin, 'ed25519/ and the base64 of 32 bytes, as `nomyo-router keys root` prints it');
};

/** A realm of protocol 2. */
export const aRealm: Reader<string> = (given, origin) => {
  const realm = only(given);
  if (/^\p{ASCII}{1,255}$/u.test(realm)) return realm;
  throw wrong(origin, '1 to 255 ASCII characters');
};

/** Pins of router keys, with commas between them. */
export const pins: Reader<readonly string[]> = (given, origin) => {
  const list = listOf(given);
  try {
    checkPins(list, origin);
  } catch {
    throw wrong(origin, 'sha256/ and the base64 of a SHA-256, as `nomyo pin` prints it');
  }
  return list;
};
