/** The errors of this package, which all NOMYO packages share. They live in `@nomyo/base`. */
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
