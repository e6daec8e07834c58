import { InvalidArgumentError } from '@nomyo/crypto';
import { FAIL_MODES, MODE_ARGUMENTS, type FailModeName } from './modes.js';

/** A mode as it is written: `NAME`, `NAME:ARGUMENT`, and either with `*COUNT`. */
export type FailMode =
  | FailModeName
  | `${FailModeName}:${string}`
  | `${FailModeName}*${number}`
  | `${FailModeName}:${string}*${number}`;

/** A mode, taken apart. */
export interface ParsedMode {
  readonly name: FailModeName;
  readonly argument: string | undefined;
  /** For how many requests; `undefined` where it is not written. */
  readonly count: number | undefined;
}

const MODE = /^(?<name>[^:*]+)(?::(?<argument>.+?))?(?:\*(?<count>[1-9]\d{0,8}))?$/u;

/** @throws {InvalidArgumentError} when there is no such mode, or its argument is wrong */
export function parseMode(text: string): ParsedMode {
  const { name = '', argument, count } = MODE.exec(text)?.groups ?? {};
  if (!isModeName(name)) {
    throw new InvalidArgumentError('fail', `does not know the mode ${JSON.stringify(text)}`);
  }
  checkArgument(name, argument);
  return { name, argument, count: count === undefined ? undefined : Number(count) };
}

/** @throws {InvalidArgumentError} see {@link parseMode} */
export function assertMode(text: string): asserts text is FailMode {
  parseMode(text);
}

function isModeName(name: string): name is FailModeName {
  return Object.hasOwn(FAIL_MODES, name);
}

function checkArgument(name: FailModeName, argument: string | undefined): void {
  if (argument === undefined) return;
  const kind = MODE_ARGUMENTS[name];
  if (kind === undefined) throw new InvalidArgumentError('fail', `mode ${name} takes no argument`);
  if (kind === 'number' && !/^\d{1,9}$/u.test(argument)) {
    throw new InvalidArgumentError('fail', `mode ${name} takes a whole number after the colon`);
  }
}
