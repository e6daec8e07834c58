/** Exit codes, and which error has which. One table: docs/cli/README.md and the help of the command repeat it. */
import { NomyoError, SecurityError } from '@nomyo/base';

/** What the shell gets. */
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

const SECURITY_CODES: readonly string[] = ['INSECURE_URL', 'MEMORY_NOT_LOCKED', 'POLICY_VIOLATION'];
const API_CODES: readonly string[] = [
  'API_ERROR',
  'INVALID_REQUEST',
  'AUTHENTICATION_FAILED',
  'FORBIDDEN',
  'RATE_LIMITED',
  'SERVER_ERROR',
  'SERVICE_UNAVAILABLE',
];

/** The exit code of what a command has thrown. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Interrupted) return EXIT.interrupted;
  if (error instanceof CommandFailed) return error.exitCode;
  if (error instanceof UsageError) return EXIT.usage;
  return error instanceof NomyoError ? exitCodeOfSdk(error) : EXIT.failure;
}

function exitCodeOfSdk(error: NomyoError): ExitCode {
  const { code } = error;
  if (code === 'INVALID_ARGUMENT' || code === 'PAYLOAD_TOO_LARGE') return EXIT.usage;
  if (code.startsWith('KEY_FILE_')) return EXIT.keyFiles;
  if (code.startsWith('CONNECTION_')) return EXIT.connection;
  if (API_CODES.includes(code)) return EXIT.api;
  return error instanceof SecurityError || SECURITY_CODES.includes(code) ? EXIT.security : EXIT.failure;
}
