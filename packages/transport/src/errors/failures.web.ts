/** Browsers keep to themselves why a connection failed: a page must not scan networks. */
import { UNKNOWN, type Failure } from './failures.js';

/** The same for every code: nothing is known. */
export function failureOf(_code: string | undefined): Failure {
  return UNKNOWN;
}
