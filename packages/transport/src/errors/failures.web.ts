/** Browsers do not tell pages why a connection failed, so that they cannot scan networks. */
import { UNKNOWN, type Failure } from './failures.js';

/** Returns the same for every code, since nothing is known. */
export function failureOf(_code: string | undefined): Failure {
  return UNKNOWN;
}
