/** The error that a call throws or rejects with. */
import { InvalidArgumentError, NomyoError, SecurityError, type NomyoErrorCode } from '../../src/index.js';

export async function caught(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** The code of the SecurityError that `call` must end in. */
export async function securityCode(call: () => unknown): Promise<NomyoErrorCode> {
  const error = await caught(call);
  if (error instanceof SecurityError) return error.code;
  throw new Error(`no SecurityError: ${String(error)}`);
}

/** The argument that the InvalidArgumentError names that `call` must end in. */
export async function wrongArgument(call: () => unknown): Promise<string> {
  const error = await caught(call);
  if (error instanceof InvalidArgumentError) return error.argument;
  throw new Error(`no InvalidArgumentError: ${String(error)}`);
}

/** All that a user can see of an error: own properties, shown in every way there is. */
export function shapeOf(error: unknown): unknown {
  if (!(error instanceof NomyoError)) throw new Error(`no NomyoError: ${String(error)}`);
  const own = Object.getOwnPropertyNames(error)
    .filter((name) => name !== 'stack')
    .sort();
  return {
    class: error.constructor,
    own,
    name: error.name,
    code: error.code,
    message: error.message,
    cause: error.cause,
    json: JSON.stringify(error),
  };
}
