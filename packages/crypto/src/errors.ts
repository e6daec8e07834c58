/**
 * The errors of this package, which all NOMYO packages share. They are defined in `@nomyo/base`.
 *
 * @example
 * ```ts
 * import { NomyoError } from '@nomyo/crypto/errors';
 *
 * const isForged = (error: unknown): boolean => error instanceof NomyoError && error.code === 'DECRYPTION_FAILED';
 * ```
 */
export {
  DisposedError,
  ERROR_CODES,
  InvalidArgumentError,
  markPossiblyExecuted,
  NomyoError,
  SecurityError,
  type NomyoErrorCode,
  type NomyoErrorOptions,
} from '@nomyo/base';
