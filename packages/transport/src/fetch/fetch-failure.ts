/** Converts failures of a `fetch` to errors without secrets. Loaded at the first failure. */
import { redactor } from '../answer/redact.js';
import type { HttpRequest } from '../client/http.js';
import type { FailedAttempt } from '../errors/connection-error.js';
import { secretsOf } from '../policy/secrets.js';

export { connectionError } from '../errors/connection-error.js';

/** The facts about a failed attempt, for its error. */
export function failedAttempt({ headers }: HttpRequest, sent: boolean): FailedAttempt {
  return { sent, redact: redactor(secretsOf(headers)) };
}
