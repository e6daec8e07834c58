/** Checks of options: each gives the value back or throws an {@link InvalidArgumentError}. */
import { InvalidArgumentError } from '@nomyo/crypto/errors';

/** Longest time a timer can wait, in ms (a signed 32-bit integer). */
export const MAX_TIMER_MS = 2_147_483_647;

/** Names an option and its value. */
export type Check<T> = (name: string, value: unknown) => T;

export const aString: Check<string> = (name, value) => {
  if (typeof value !== 'string' || value === '') {
    throw new InvalidArgumentError(name, 'must be a non-empty string');
  }
  return value;
};

/** Text, or its UTF-8 bytes, which the caller can wipe. */
export const aPassword: Check<string | Uint8Array> = (name, value) => {
  if ((typeof value === 'string' || value instanceof Uint8Array) && value.length > 0) return value;
  throw new InvalidArgumentError(name, 'must be a non-empty string or Uint8Array');
};

export const aBoolean: Check<boolean> = (name, value) => {
  if (typeof value !== 'boolean') throw new InvalidArgumentError(name, 'must be true or false');
  return value;
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
    if (found === undefined) throw new InvalidArgumentError(name, `must be one of ${values.join(', ')}`);
    return found;
  };
}

export const aFunction: Check<unknown> = (name, value) => {
  if (typeof value !== 'function') throw new InvalidArgumentError(name, 'must be a function');
  return value;
};

export const anAbortSignal: Check<AbortSignal> = (name, value) => {
  if (!(value instanceof AbortSignal)) throw new InvalidArgumentError(name, 'must be an AbortSignal');
  return value;
};

/** A plain object; arrays are none. */
export const anObject: Check<Readonly<Record<string, unknown>>> = (name, value) => {
  if (!isObject(value)) throw new InvalidArgumentError(name, 'must be an object');
  return value;
};

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Refuses members that `known` does not name: a misspelt option would have no effect. */
export function refuseUnknown(what: string, value: object, known: readonly string[]): void {
  for (const name of Object.keys(value)) {
    if (!known.includes(name)) throw new InvalidArgumentError(name, `is no option of ${what}`);
  }
}

/** `value` checked, or `fallback` when it was left out. */
export function optional<T, F>(name: string, value: unknown, check: Check<T>, fallback: F): T | F {
  return value === undefined ? fallback : check(name, value);
}

/** A member, or none: an option that was left out must not stand there as `undefined`. */
export function given<K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> {
  const member: Partial<Record<K, V>> = {};
  if (value !== undefined) member[name] = value;
  return member;
}
