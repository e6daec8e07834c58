/** Questions on a terminal. Nothing that is typed as a password is shown, not even its length. */
import { CommandFailed, Interrupted } from '../exit/codes.js';

/** The rule of key files that are written. */
const MIN_LENGTH = 8;

/** Reports whether a person can be asked. */
export const canAsk = (): boolean => process.stdin.isTTY && process.stderr.isTTY;

/**
 * @throws {Interrupted} on Ctrl-C
 * @throws {CommandFailed} on Ctrl-D
 */
export async function askPassword(message: string): Promise<string> {
  const { isCancel, password } = await import('@clack/prompts');
  const typed = await orInputEnd(password({ message, mask: '', output: process.stderr }));
  if (isCancel(typed)) throw new Interrupted('interrupted');
  return typed;
}

/** Ctrl-D closes the prompt without an answer: nothing is left to wait for, and Node would end the process with 0. */
async function orInputEnd<T>(answer: Promise<T>): Promise<T> {
  let onEnd: () => void = () => undefined;
  const end = new Promise<never>((_resolve, reject) => {
    onEnd = () =>
      reject(new CommandFailed('the input ended before a password was typed; nothing was written'));
  });
  process.once('beforeExit', onEnd);
  try {
    return await Promise.race([answer, end]);
  } finally {
    process.off('beforeExit', onEnd);
  }
}

/** @throws {CommandFailed} when it is too short, or not the same twice */
export async function askNewPassword(message: string): Promise<string> {
  const first = await askPassword(message);
  if (first.length < MIN_LENGTH) {
    throw new CommandFailed(
      `the password needs at least ${String(MIN_LENGTH)} characters; nothing was written`,
    );
  }
  const second = await askPassword('The same password again');
  if (second !== first) throw new CommandFailed('the passwords do not match; nothing was written');
  return first;
}
