/**
 * The ground floor of the NOMYO packages: errors, bytes, waiting, checks. No platform code, no dependencies.
 *
 * @packageDocumentation
 */
export { abortable, LightAbortController, type AbortSignalLike } from './abort.js';
export { Line } from './line.js';
export { isLoopback } from './loopback.js';
export { Semaphore } from './semaphore.js';
export { sleep } from './sleep.js';

export {
  allocateBytes,
  bytesOf,
  concatBytes,
  equalBytes,
  isArrayBuffer,
  isBytes,
  randomBytes,
  utf8Decode,
  utf8Encode,
  utf8EncodeInto,
  wipe,
  type Bytes,
} from './bytes.js';

export {
  aBoolean,
  aFunction,
  anAbortSignal,
  anInteger,
  anObject,
  aPassword,
  aString,
  given,
  hasMethods,
  isObject,
  MAX_TIMER_MS,
  oneOf,
  optional,
  refuseUndefined,
  refuseUnknown,
  type Check,
} from './checks.js';

export { currentMoment, type Moment } from './clock.js';
export { cleanText } from './text.js';

export {
  DisposedError,
  ERROR_CODES,
  InvalidArgumentError,
  markPossiblyExecuted,
  NomyoError,
  SecurityError,
  unknownOption,
  type NomyoErrorCode,
  type NomyoErrorJson,
  type NomyoErrorOptions,
} from './errors.js';
