import { NomyoError, type NomyoErrorOptions } from '@nomyo/base';

/** The audit log cannot be written, or is none. With `required`, nothing was sent. */
export class AuditError extends NomyoError {
  override readonly name: string = 'AuditError';

  /** @param message what is wrong and what to do */
  constructor(message: string, options?: NomyoErrorOptions) {
    super('AUDIT_FAILED', message, options);
  }
}
