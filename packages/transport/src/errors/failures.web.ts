/** Browsers keep to themselves why a connection failed: a page must not scan networks. */
import { UNKNOWN, type Failure } from './failures.js';

export function failureOf(_code: string | undefined): Failure {
  return UNKNOWN;
}
