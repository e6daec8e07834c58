/** Takes answers of child processes apart: what arrives over IPC has no type until it was looked at. */

/** A finite number. */
export function readNumber(value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new TypeError('a child process answered with something that is no number');
}

/** An array of finite numbers. */
export function readNumbers(value: unknown): number[] {
  if (!Array.isArray(value)) throw new TypeError('a child process answered with something that is no array');
  return value.map(readNumber);
}

/** A member of an object. */
export function readMember(value: unknown, name: string): unknown {
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, name)) {
    return Object.entries(value).find(([key]) => key === name)?.[1];
  }
  throw new TypeError(`a child process answered without ${name}`);
}

/** A member that is a number, for each name. */
export function readFields<K extends string>(...names: readonly K[]): (value: unknown) => Record<K, number>;
export function readFields(...names: readonly string[]): (value: unknown) => Record<string, number> {
  return (value) => Object.fromEntries(names.map((name) => [name, readNumber(readMember(value, name))]));
}

/** Text. */
export function readText(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new TypeError('a child process answered with something that is no text');
}
