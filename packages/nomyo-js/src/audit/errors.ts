import { NomyoError, type NomyoErrorOptions } from '@nomyo/base';
import { causeOf, codeOf } from './system.js';

/** The audit log cannot be written, or the file is not an audit log. With `required`, nothing was sent. */
export class AuditError extends NomyoError {
  override readonly name: string = 'AuditError';

  /** @param message the problem and the remedy */
  constructor(message: string, options?: NomyoErrorOptions) {
    super('AUDIT_FAILED', message, options);
  }
}

/**
 * Converts an error to an {@link AuditError}.
 *
 * @param file the log
 */
export function failureOf(file: string, cause: unknown): AuditError {
  if (cause instanceof AuditError) return cause;
  // An error of the lock has the system's own error as its cause.
  const code = codeOf(causeOf(cause)) ?? codeOf(cause) ?? 'unknown';
  return new AuditError(
    `the audit log ${file} cannot be written (${code}). Check the free space and the permissions`,
    { cause },
  );
}
