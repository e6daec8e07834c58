/** Reads the properties of errors of any realm. */

/** The code of an error that has one, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  const code: unknown = propertyOf(error, 'code');
  return typeof code === 'string' ? code : undefined;
}

/** The name of an error, such as `TimeoutError`. */
export function nameOfError(error: unknown): string | undefined {
  const name: unknown = propertyOf(error, 'name');
  return typeof name === 'string' ? name : undefined;
}

/** The cause of an error. */
export function causeOf(error: unknown): unknown {
  return propertyOf(error, 'cause');
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
