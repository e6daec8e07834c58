/** The library's names in its messages, as this command calls the same things. Pure. */
import { InvalidArgumentError, type NomyoError } from '@nomyo/base';
import { APIError } from '@nomyo/transport';

/** Arguments of the library that the settings do not check themselves. */
const ARGUMENTS: ReadonlyMap<string, string> = new Map([
  ['keyRotationPassword', 'the password of the key pair'],
  ['password', 'the password of the key pair'],
  ['newPassword', 'the new password'],
  ['signingKeyPath', '--audit-key'],
  ['tls.ca', '--tls-ca'],
]);

/** Advice of the library that names an option. */
const ADVICE: readonly (readonly [from: string, to: string])[] = [
  ['Set keyDir to', 'Set --key-dir to'],
  ['keyDir: null', '--ephemeral'],
  ['raise timeout', 'raise --timeout'],
];

/** The message of an error. What a router said is left as it is. */
export function inWordsOfCommand(error: NomyoError): string {
  if (error instanceof APIError) return error.message;
  const name = error instanceof InvalidArgumentError ? ARGUMENTS.get(error.argument) : undefined;
  if (error instanceof InvalidArgumentError && name !== undefined) {
    return error.message.replace(error.argument, name);
  }
  return ADVICE.reduce((message, [from, to]) => message.replace(from, to), error.message);
}
