/** An error in one line that says what to do. Pure. */
import { basename } from 'node:path';
import { NomyoError } from '@nomyo/base';
import { KeyStoreError } from '@nomyo/keystore';
import { visible } from '../io/visible.js';
import { CommandFailed, UsageError } from './codes.js';
import { inWordsOfCommand } from './words.js';

/** Advice by the code of the error, where the message does not give it already. */
const ADVICE: Readonly<Record<string, string>> = {
  AUDIT_FAILED: 'make it writable, or name another file with --audit',
  AUTHENTICATION_FAILED: 'set NOMYO_API_KEY, or name a file with --api-key-file',
  CLOCK: 'set the clock of this machine: `timedatectl set-ntp true`',
  CONFIG_EXPIRED: 'set the clock of this machine, or ask the operator to sign a new configuration',
  CONFIG_ROLLBACK: 'somebody may be replaying an old configuration: ask the operator before you continue',
  CONFIG_UNTRUSTED: 'ask the operator for the pin of the root, and for the realm that it vouches for',
  CONNECTION_FAILED: 'see what `nomyo doctor` says',
  CONNECTION_TIMEOUT: 'see what `nomyo doctor` says',
  DECRYPTION_FAILED: 'do not trust this answer; `nomyo doctor` compares the router’s key with your pins',
  INVALID_ENVELOPE: 'do not trust this answer; something between you and the router may have made it',
  KEY_FILE_PASSWORD: 'it is read from NOMYO_KEY_PASSWORD, or the file that --key-password-file names',
  KEY_FILE_EXISTS: 'choose another --key-dir, or replace the pair with `nomyo keys rotate`',
  MEMORY_NOT_LOCKED: '`nomyo doctor` says what to raise',
  NOT_SEALED: 'do not trust this answer; something between you and the router may have made it',
  SERVER_KEY_NOT_PINNED: 'ask the operator for the pin; `nomyo pin` prints what the router says',
  SERVER_KEY_CHANGED:
    'if the operator confirms the change, remove the line of this router from known_routers in the key directory',
};

/** An error as `--json` prints it. */
export interface ErrorReport {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly fix?: string;
    readonly status?: number;
    readonly retryAfter?: number;
    readonly possiblyExecuted?: boolean;
    readonly payloadId?: string;
  };
}

/** One line, without control characters: parts of it may come from a router. */
export function errorLine(error: unknown): string {
  const { message, fix } = errorReport(error).error;
  return `nomyo: ${message}${fix === undefined ? '' : `; ${fix}`}`;
}

/** The sentence, the exit code, and what `--json` prints of an error. */
export function errorReport(error: unknown): ErrorReport {
  const code = codeOf(error);
  const fix = isLonePublicKey(error) ? undefined : ADVICE[code];
  return {
    error: {
      code,
      message: oneLine(messageOf(error)),
      ...(fix === undefined ? {} : { fix }),
      ...factsOf(error),
    },
  };
}

function codeOf(error: unknown): string {
  if (error instanceof UsageError) return 'USAGE';
  if (error instanceof CommandFailed) return 'FAILED';
  const code = memberOf(error, 'code');
  return typeof code === 'string' ? code : 'FAILED';
}

/** A new pair is no way out then: the error says where the private key is missing. */
const isLonePublicKey = (error: unknown): boolean =>
  error instanceof KeyStoreError &&
  error.code === 'KEY_FILE_EXISTS' &&
  basename(error.path) === 'public_key.pem';

function factsOf(error: unknown): Partial<ErrorReport['error']> {
  if (!(error instanceof NomyoError)) return {};
  const [status, retryAfter] = [memberOf(error, 'status'), memberOf(error, 'retryAfter')];
  const payloadId = memberOf(error, 'payloadId');
  return {
    possiblyExecuted: error.possiblyExecuted,
    ...(typeof status === 'number' ? { status } : {}),
    ...(typeof retryAfter === 'number' ? { retryAfter } : {}),
    ...(typeof payloadId === 'string' ? { payloadId } : {}),
  };
}

/** Node's own messages name the system call and the path, and that is what one needs to know. */
function messageOf(error: unknown): string {
  const message = error instanceof NomyoError ? inWordsOfCommand(error) : memberOf(error, 'message');
  return typeof message === 'string' && message !== '' ? message : 'failed without giving a reason';
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const member: unknown = Reflect.get(value, name);
  return member;
}

const oneLine = (text: string): string => visible(text.replaceAll(/\s*[\r\n]+\s*/gu, ' ')).trim();
