/** Passwords of key files: checked here, and kept here as bytes in protected memory. */
import { aPassword, concatBytes } from '@nomyo/base';
import { SecureByteContext } from '@nomyo/crypto';
import type { MemoryOptions } from './place.js';

/**
 * A copy of the password in protected memory; the caller's bytes stay as they are.
 *
 * @param name of the option, as the caller wrote it
 * @param minLength in characters or bytes
 * @throws {InvalidArgumentError} on anything else, without quoting it
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

/** A second copy, with an end of its own. */
export function copyOf(
  password: SecureByteContext | undefined,
  memory: MemoryOptions,
): SecureByteContext | undefined {
  if (password === undefined) return undefined;
  const copy = SecureByteContext.allocate(password.length, memory);
  copy.borrow((own) => password.borrow((bytes) => own.set(bytes)));
  return copy;
}
