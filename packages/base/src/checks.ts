/**
 * Checks of arguments and options. Each returns the value with its type, or throws an {@link InvalidArgumentError} that
 * names the option as the caller wrote it and never quotes its value.
 */
import { isBytes } from './bytes.js';
import type { AbortSignalLike } from './abort.js';
import { InvalidArgumentError, unknownOption } from './errors.js';

/** Longest delay that `setTimeout` takes, in ms: the largest signed 32-bit integer. */
export const MAX_TIMER_MS = 2_147_483_647;

/**
 * Checks the value of the option called `name`.
 *
 * @throws {InvalidArgumentError} when the value is not acceptable
 */
export type Check<T> = (name: string, value: unknown) => T;

/** A non-empty string. */
export const aString: Check<string> = (name, value) => {
  if (typeof value === 'string' && value !== '') return value;
  throw new InvalidArgumentError(name, 'must be a non-empty string');
};

/** `true` or `false`, and nothing that merely converts to one of them. */
export const aBoolean: Check<boolean> = (name, value) => {
  if (typeof value === 'boolean') return value;
  throw new InvalidArgumentError(name, 'must be true or false');
};

/** Anything callable; its parameters and result are not checked. */
export const aFunction: Check<unknown> = (name, value) => {
  if (typeof value === 'function') return value;
  throw new InvalidArgumentError(name, 'must be a function');
};

/** An integer from `min` to `max`, both included. */
export function anInteger(min: number, max: number): Check<number> {
  return (name, value) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(name, `must be an integer from ${String(min)} to ${String(max)}`);
  };
}

/** One of a closed list. */
export function oneOf<T extends string | number>(values: readonly T[]): Check<T> {
  return (name, value) => {
    const found = values.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(name, `must be one of ${values.join(', ')}`);
  };
}

/** An object other than an array. */
export const anObject: Check<Readonly<Record<string, unknown>>> = (name, value) => {
  if (isObject(value)) return value;
  throw new InvalidArgumentError(name, 'must be an object');
};

/** Reports whether `value` is an object other than an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reports whether `value` is an object with a function under each of these names. */
export function hasMethods(
  value: unknown,
  ...names: readonly string[]
): value is Readonly<Record<string, unknown>> {
  return isObject(value) && names.every((name) => typeof value[name] === 'function');
}

/**
 * A password: text of well-formed Unicode, or its UTF-8 bytes, which the caller can wipe.
 *
 * @param minLength in UTF-16 code units or bytes: 8 for files this SDK writes, 1 for files made by other tools
 */
export function aPassword(minLength: number): Check<string | Uint8Array> {
  return (name, value) => {
    if (typeof value !== 'string' && !isBytes(value)) {
      throw new InvalidArgumentError(name, 'must be a string or a Uint8Array');
    }
    if (value.length < minLength) {
      throw new InvalidArgumentError(
        name,
        `must have at least ${String(minLength)} ${minLength === 1 ? 'character or byte' : 'characters or bytes'}`,
      );
    }
    // Every lone surrogate has the same UTF-8, so such a character would protect nothing.
    if (typeof value === 'string' && !value.isWellFormed()) {
      throw new InvalidArgumentError(name, 'must be well-formed Unicode');
    }
    return value;
  };
}

/** An `AbortSignal` of any realm. */
export const anAbortSignal: Check<AbortSignalLike> = (name, value) => {
  if (isAbortSignal(value)) return value;
  throw new InvalidArgumentError(name, 'must be an AbortSignal');
};

function isAbortSignal(value: unknown): value is AbortSignalLike {
  return (
    hasMethods(value, 'throwIfAborted', 'addEventListener', 'removeEventListener') &&
    typeof value['aborted'] === 'boolean'
  );
}

/**
 * Rejects members that `known` does not name: a misspelt option would otherwise silently have no effect.
 *
 * @param value already known to be an object
 * @throws {InvalidArgumentError} that names the first unknown member and lists the known ones
 */
export function refuseUnknown(value: object, known: readonly string[]): void {
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) throw unknownOption(unknown, known);
}

/**
 * Rejects members that are present but `undefined`, for instance because an environment variable is not set. It is for
 * options whose absence lowers the protection: they must not be left out by accident.
 *
 * @param prefix put before the name in the error, such as `policy.`
 * @throws {InvalidArgumentError} that names the first such member
 */
export function refuseUndefined(value: object, names: readonly string[], prefix = ''): void {
  const empty = names.find((name) => Object.hasOwn(value, name) && Reflect.get(value, name) === undefined);
  if (empty === undefined) return;
  const expectation = 'is undefined, which would mean less protection: give a value, or leave it out';
  throw new InvalidArgumentError(`${prefix}${empty}`, expectation);
}

/** The checked `value`, or `fallback` if it was left out. */
export function optional<T, F>(name: string, value: unknown, check: Check<T>, fallback: F): T | F {
  return value === undefined ? fallback : check(name, value);
}

/** An object with this one member, or with none if `value` is `undefined`. For options that must not be `undefined`. */
export function given<K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> {
  const member: Partial<Record<K, V>> = {};
  if (value !== undefined) member[name] = value;
  return member;
}
