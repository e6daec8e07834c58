/** Errors about the arguments of a library, by what the user typed. */
import { InvalidArgumentError } from '@nomyo/base';
import { UsageError } from './codes.js';

/**
 * @param flags by the name that the library has for an argument
 * @returns the error by the flag, where there is one for its argument; any other error as it is
 */
export function byFlag(error: unknown, flags: ReadonlyMap<string, string>): unknown {
  const message = messageWith(flags, error);
  return message === undefined ? error : new UsageError(message);
}

/** The message with the other name; `undefined` where there is none. */
export function messageWith(names: ReadonlyMap<string, string>, error: unknown): string | undefined {
  if (!(error instanceof InvalidArgumentError)) return undefined;
  const name = names.get(error.argument);
  return name === undefined ? undefined : error.message.replace(error.argument, name);
}
