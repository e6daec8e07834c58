/** Exit codes, and which error has which. One table: docs/cli/README.md and the help of the command repeat it. */
import { NomyoError, type NomyoErrorCode } from '@nomyo/base';
import { APIError } from '@nomyo/transport';

/** The exit codes. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  security: 3,
  connection: 4,
  api: 5,
  keyFiles: 6,
  interrupted: 130,
} as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The command line, a setting or an input file is wrong. Nothing was sent. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

/** A command has done its work and it did not go well; the message was told already, or is this one. */
export class CommandFailed extends Error {
  override readonly name: string = 'CommandFailed';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT.failure) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Ctrl-C. */
export class Interrupted extends Error {
  override readonly name: string = 'Interrupted';
}

/** By code, whatever class carries it: a code without a line here does not compile. */
const EXIT_OF_CODE: Readonly<Record<NomyoErrorCode, ExitCode>> = {
  INVALID_ARGUMENT: EXIT.usage,
  PAYLOAD_TOO_LARGE: EXIT.usage,
  DISPOSED: EXIT.failure,
  AUDIT_FAILED: EXIT.failure,
  TOO_LARGE: EXIT.failure,
  INSECURE_URL: EXIT.security,
  INVALID_KEY: EXIT.security,
  INVALID_ENVELOPE: EXIT.security,
  DECRYPTION_FAILED: EXIT.security,
  INVALID_PLAINTEXT: EXIT.security,
  BODY_TOO_LARGE: EXIT.security,
  REDIRECT_REFUSED: EXIT.security,
  SERVER_KEY_INVALID: EXIT.security,
  SERVER_KEY_NOT_PINNED: EXIT.security,
  SERVER_KEY_CHANGED: EXIT.security,
  MEMORY_NOT_LOCKED: EXIT.security,
  POLICY_VIOLATION: EXIT.security,
  ENDPOINT_NOT_SEALED: EXIT.security,
  CONFIG_MALFORMED: EXIT.security,
  CONFIG_UNTRUSTED: EXIT.security,
  CONFIG_EXPIRED: EXIT.security,
  CONFIG_ROLLBACK: EXIT.security,
  NOT_SEALED: EXIT.security,
  TIER_MISMATCH: EXIT.security,
  UNOPENABLE: EXIT.security,
  MALFORMED: EXIT.security,
  CONNECTION_FAILED: EXIT.connection,
  CONNECTION_TIMEOUT: EXIT.connection,
  TRUNCATED: EXIT.connection,
  API_ERROR: EXIT.api,
  INVALID_REQUEST: EXIT.api,
  AUTHENTICATION_FAILED: EXIT.api,
  FORBIDDEN: EXIT.api,
  RATE_LIMITED: EXIT.api,
  SERVER_ERROR: EXIT.api,
  SERVICE_UNAVAILABLE: EXIT.api,
  CONFIG_NO_KEY: EXIT.api,
  ABORTED: EXIT.api,
  CLOCK: EXIT.api,
  KEY_UNKNOWN: EXIT.api,
  KEY_EXPIRED: EXIT.api,
  REPLAYED: EXIT.api,
  DUPLICATE: EXIT.api,
  BUSY: EXIT.api,
  UNAVAILABLE: EXIT.api,
  KEY_FILE_UNREADABLE: EXIT.keyFiles,
  KEY_FILE_INVALID: EXIT.keyFiles,
  KEY_FILE_EXISTS: EXIT.keyFiles,
  KEY_FILE_PERMISSIONS: EXIT.keyFiles,
  KEY_FILE_PASSWORD: EXIT.keyFiles,
  KEY_FILE_MISMATCH: EXIT.keyFiles,
  KEY_FILE_UNWRITABLE: EXIT.keyFiles,
};

/** The exit code of what a command has thrown. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Interrupted) return EXIT.interrupted;
  if (error instanceof CommandFailed) return error.exitCode;
  if (error instanceof UsageError) return EXIT.usage;
  if (!(error instanceof NomyoError)) return EXIT.failure;
  // With a status the router itself says that it does not take what was sent, and nothing of its answer was used.
  return error instanceof APIError ? EXIT.api : EXIT_OF_CODE[error.code];
}
