/**
 * The error table of SPEC section 10: every class, its origin, and its meaning. Callers branch on `code`, which is the
 * class in upper case.
 */
import { NomyoError, SecurityError, type NomyoErrorOptions } from '@nomyo/base';

/**
 * Every class of SPEC section 10. `status`: of the gateway's clear error (10.1); a class without one exists at the client
 * only. `security`: whether it is a {@link SecurityError} (10.3). `message` is for people and never quotes data from
 * the network.
 */
export const ERROR_TABLE = {
  malformed: { status: 400, security: true, message: 'malformed version 2 message' },
  truncated: { status: 400, security: false, message: 'the message ended before its END frame' },
  unopenable: {
    status: 400,
    security: true,
    message: 'cannot open the message: it was modified, or sealed to another key',
  },
  clock: {
    status: 400,
    security: false,
    message: 'the timestamp is off by more than 120 s; check the clock of this machine',
  },
  key_unknown: { status: 422, security: false, message: 'the gateway does not know the key' },
  key_expired: { status: 422, security: false, message: 'the key is not valid at this time' },
  replayed: {
    status: 409,
    security: false,
    message: 'the request was received before, and its answer is no longer available',
  },
  too_large: { status: 413, security: false, message: 'the body exceeds the limit' },
  busy: { status: 429, security: false, message: 'the gateway is busy' },
  unavailable: { status: 503, security: false, message: 'the gateway is not available' },
  config_malformed: { security: true, message: 'malformed version 2 key configuration' },
  config_untrusted: {
    security: true,
    message: 'the key configuration is not signed for this realm by a pinned root',
  },
  config_expired: {
    security: false,
    message: 'the key configuration is not valid at this time; the clock of this machine may be wrong',
  },
  config_rollback: { security: true, message: 'the key configuration is older than one seen before' },
  config_no_key: { security: false, message: 'the key configuration has no usable key of an allowed suite' },
  not_sealed: { security: true, message: 'the answer is not sealed with version 2' },
  tier_mismatch: {
    security: true,
    message: 'the gateway applied another security tier than the one asked for',
  },
  aborted: { security: false, message: 'the gateway aborted the answer' },
} as const;

/** A class of SPEC section 10. */
export type ErrorClass = keyof typeof ERROR_TABLE;

/** The classes that a gateway reports in the clear (SPEC 10.1). */
export type ClearErrorClass = {
  [C in ErrorClass]: (typeof ERROR_TABLE)[C] extends { readonly status: number } ? C : never;
}[ErrorClass];

/** The error of a class: a {@link SecurityError} where SPEC 10.3 says so, else a {@link NomyoError}. */
export function protocolError(
  errorClass: ErrorClass,
  options: NomyoErrorOptions & { detail?: string } = {},
): NomyoError {
  const { detail, ...rest } = options;
  const { security, message } = ERROR_TABLE[errorClass];
  const text = detail === undefined ? message : `${message}: ${detail}`;
  return security
    ? new SecurityError(codeOf(errorClass), text, rest)
    : new NomyoError(codeOf(errorClass), text, rest);
}

/** The `code` of a class. */
export function codeOf<C extends ErrorClass>(errorClass: C): Uppercase<C>;
export function codeOf(errorClass: string): string {
  return errorClass.toUpperCase();
}

/** The class of an error of this package, or `undefined` for any other error. */
export function classOf(error: unknown): ErrorClass | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? knownClass(code.toLowerCase()) : undefined;
}

function knownClass(name: string): ErrorClass | undefined {
  return isErrorClass(name) ? name : undefined;
}

function isErrorClass(name: string): name is ErrorClass {
  return Object.hasOwn(ERROR_TABLE, name);
}

function isClear(name: ErrorClass): name is ClearErrorClass {
  return 'status' in ERROR_TABLE[name];
}

/** The clear error that a gateway sends for an error (SPEC 10.1), or `undefined` if that error is sealed. */
export function clearErrorOf(error: unknown): { status: number; body: string } | undefined {
  const errorClass = clearClassOf(error);
  return errorClass === undefined ? undefined : clearError(errorClass);
}

/** The class of an error that a gateway reports in the clear (SPEC 10.1), or `undefined` for any other error. */
export function clearClassOf(error: unknown): ClearErrorClass | undefined {
  const errorClass = classOf(error);
  return errorClass !== undefined && isClear(errorClass) ? errorClass : undefined;
}

/** Status and `application/problem+json` body of a clear error (SPEC 10.1). */
export function clearError(errorClass: ClearErrorClass): { status: number; body: string } {
  const { status } = ERROR_TABLE[errorClass];
  return { status, body: JSON.stringify({ type: `${URN}${errorClass}`, status }) };
}

const URN = 'urn:nomyo:v2:';

/**
 * The class that a clear error names, or `undefined`: for codes not in the table, codes with the wrong status, and the
 * bodies of proxies, only the HTTP status counts (SPEC 10.1).
 */
export function readClearError(status: number, body: string): ClearErrorClass | undefined {
  const type = typeMember(body);
  if (type?.startsWith(URN) !== true) return undefined;
  const found = knownClass(type.slice(URN.length));
  return found !== undefined && isClear(found) && ERROR_TABLE[found].status === status ? found : undefined;
}

function typeMember(body: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    const type: unknown =
      typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'type') : undefined;
    return typeof type === 'string' ? type : undefined;
  } catch {
    return undefined;
  }
}
