/** Passwords of key files: checked here, and kept here as bytes in protected memory. */
import { aPassword, concatBytes } from '@nomyo/base';
import { SecureByteContext } from '@nomyo/crypto';

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
  secure: boolean,
): SecureByteContext | undefined {
  if (value === undefined) return undefined;
  const password = aPassword(minLength)(name, value);
  const bytes = typeof password === 'string' ? new TextEncoder().encode(password) : concatBytes(password);
  return new SecureByteContext(bytes, { secure });
}

/** A second copy, with an end of its own. */
export function copyOf(
  password: SecureByteContext | undefined,
  secure: boolean,
): SecureByteContext | undefined {
  return password?.borrow((bytes) => new SecureByteContext(concatBytes(bytes), { secure }));
}
