/** Errors about the arguments of a library, by what the user typed. */
import { InvalidArgumentError } from '@nomyo/base';
import { UsageError } from './codes.js';

/**
 * @param flags by the name that the library has for an argument
 * @returns the error by the flag, where there is one for its argument; any other error as it is
 */
export function byFlag(error: unknown, flags: ReadonlyMap<string, string>): unknown {
  const flag = error instanceof InvalidArgumentError ? flags.get(error.argument) : undefined;
  if (!(error instanceof InvalidArgumentError) || flag === undefined) return error;
  return new UsageError(error.message.replace(error.argument, flag));
}
