/** Reads the members of a request in another dialect. Errors name the member as the library wrote it. */
import { InvalidArgumentError, isObject } from '@nomyo/base';
import type { Members } from './dialect.js';

/** @throws {InvalidArgumentError} when `value` is not an object */
export function objectAt(name: string, value: unknown): Members {
  if (isObject(value)) return value;
  throw new InvalidArgumentError(name, 'must be an object');
}

/** @throws {InvalidArgumentError} when `value` is not a string */
export function textAt(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new InvalidArgumentError(name, 'must be a string');
}

/** The objects of an array, with their names; none for `null` or `undefined`. @throws {InvalidArgumentError} */
export function entriesAt(
  name: string,
  value: unknown,
): readonly (readonly [name: string, entry: Members])[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new InvalidArgumentError(name, 'must be an array');
  return value.map((entry: unknown, index) => {
    const at = `${name}[${String(index)}]`;
    return [at, objectAt(at, entry)] as const;
  });
}

/** Refuses a feature that a sealed chat completion cannot offer, so that it is never silently dropped. */
export function refuse(name: string, why: string): never {
  throw new InvalidArgumentError(name, `is not supported: ${why}`);
}

/** The members that are set, that is, neither `undefined` nor `null`. */
export function setMembers(members: Members): Members {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null),
  );
}
