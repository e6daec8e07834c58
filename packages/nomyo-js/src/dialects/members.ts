/** Reads the members of a request that another dialect has. Each error names the member as the library wrote it. */
import { InvalidArgumentError, isObject } from '@nomyo/base';
import type { Members } from './dialect.js';

/** @throws {InvalidArgumentError} */
export function objectAt(name: string, value: unknown): Members {
  if (isObject(value)) return value;
  throw new InvalidArgumentError(name, 'must be an object');
}

/** @throws {InvalidArgumentError} */
export function textAt(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new InvalidArgumentError(name, 'must be a string');
}

/** `null` and what is left out are no entries. @throws {InvalidArgumentError} */
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

/** Features that a sealed chat completion cannot offer: refused, never silently dropped. */
export function refuse(name: string, why: string): never {
  throw new InvalidArgumentError(name, `is not supported: ${why}`);
}

/** Members that are set; `null` stands for what is not. */
export function setMembers(members: Members): Members {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null),
  );
}
