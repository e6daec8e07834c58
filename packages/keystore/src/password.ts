/** Checks passwords of key files, and keeps them as bytes in protected memory. */
import { aPassword, concatBytes } from '@nomyo/base';
import { SecureByteContext } from '@nomyo/crypto';
import type { MemoryOptions } from './storage/place.js';

/**
 * Checks a password, and copies it into protected memory; the caller's bytes are not changed.
 *
 * @param name name of the option, as the caller wrote it
 * @param minLength in characters or bytes
 * @returns `undefined` when `value` is
 * @throws {InvalidArgumentError} when it is not a password; the value is not quoted
 */
export function resolvePassword(
  name: string,
  value: unknown,
  minLength: number,
  memory: MemoryOptions,
): SecureByteContext | undefined {
  if (value === undefined) return undefined;
  const password = aPassword(minLength)(name, value);
  const bytes = typeof password === 'string' ? new TextEncoder().encode(password) : concatBytes(password);
  return new SecureByteContext(bytes, memory);
}

/** Makes a second copy, which is disposed of on its own. */
export function copyOf(
  password: SecureByteContext | undefined,
  memory: MemoryOptions,
): SecureByteContext | undefined {
  if (password === undefined) return undefined;
  const copy = SecureByteContext.allocate(password.length, memory);
  copy.borrow((own) => password.borrow((bytes) => own.set(bytes)));
  return copy;
}
