/** Which password protects a key file that is written, and which one opens a file that is there. */
import type { Context } from '../../context.js';
import { CommandFailed, EXIT, UsageError } from '../../exit/codes.js';
import { askNewPassword, askPassword, canAsk } from '../../io/prompt.js';
import { readKeyPassword } from '../../settings/secrets.js';

/**
 * For a file that is written. Without one, the caller must say so: what is not protected shall never be so by accident.
 *
 * @returns `undefined` with `--no-password`
 * @throws {UsageError} if there is no terminal to ask on
 */
export async function newPassword(context: Context): Promise<string | undefined> {
  const given = readKeyPassword(context.settings, context.env);
  // Commander's name for the absence of `--no-password` is `password: true`.
  const isWithout = context.flags['password'] === false;
  if (isWithout && context.settings.keyPasswordFile !== undefined) {
    throw new UsageError('--no-password and --key-password-file cannot be used together');
  }
  if (isWithout) return undefined;
  if (given !== undefined) return given;
  if (!canAsk()) {
    throw new UsageError(
      'no password for the private key: set NOMYO_KEY_PASSWORD, name a file with --key-password-file, or say --no-password',
    );
  }
  return askNewPassword('Password for the private key');
}

/** For a file that is there: what the environment says, or what a person types when the file needs one. */
export async function knownPassword(context: Context, isProtected: boolean): Promise<string | undefined> {
  const given = readKeyPassword(context.settings, context.env);
  if (given !== undefined || !isProtected) return given;
  if (canAsk()) return askPassword('Password of the private key');
  throw new CommandFailed(
    'the private key is protected: set NOMYO_KEY_PASSWORD, or name a file with --key-password-file',
    EXIT.keyFiles,
  );
}
