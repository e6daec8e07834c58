import { NomyoError, type NomyoErrorOptions } from '@nomyo/base';
import { causeOf, codeOf } from './system.js';

/** The audit log cannot be written, or is not an audit log. With `required`, nothing was sent. */
export class AuditError extends NomyoError {
  override readonly name: string = 'AuditError';

  /** @param message what is wrong and what to do */
  constructor(message: string, options?: NomyoErrorOptions) {
    super('AUDIT_FAILED', message, options);
  }
}

/** @param file the log */
export function failureOf(file: string, cause: unknown): AuditError {
  if (cause instanceof AuditError) return cause;
  // The system's own error is the cause of the lock's.
  const code = codeOf(causeOf(cause)) ?? codeOf(cause) ?? 'unknown';
  return new AuditError(`the audit log ${file} cannot be written (${code})`, { cause });
}
