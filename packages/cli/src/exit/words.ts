/** The library's names in its messages, as this command calls the same things. Pure. */
import type { NomyoError } from '@nomyo/base';
import { APIError } from '@nomyo/transport';
import { messageWith } from './by-flag.js';

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
  const advised = ADVICE.reduce((message, [from, to]) => message.replace(from, to), error.message);
  return messageWith(ARGUMENTS, error) ?? advised;
}
