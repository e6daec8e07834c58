/** What a `fetch` says of its failure, made fit to be told. Loaded with the first one. */
import { redactor } from '../answer/redact.js';
import type { HttpRequest } from '../client/http.js';
import type { FailedAttempt } from '../errors/connection-error.js';
import { secretsOf } from '../policy/secrets.js';

export { connectionError } from '../errors/connection-error.js';

/** For the error of an attempt, whatever the fetch puts into its own. */
export function failedAttempt({ headers }: HttpRequest, sent: boolean): FailedAttempt {
  return { sent, redact: redactor(secretsOf(headers)) };
}
