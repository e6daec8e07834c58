/** The fate of a line whose call failed: its failure is written, it waits, or the whole run stops. Pure. */
import { isObject } from '@nomyo/base';

/** The meaning of a failure. */
export type Verdict =
  | { readonly kind: 'fail' }
  /** Nothing was run; the line is sent again after so many ms, and no other one before. */
  | { readonly kind: 'wait'; readonly ms: number }
  /** Nothing was run, and no other line would fare better. The run can be resumed once the cause is fixed. */
  | { readonly kind: 'stop' };

/** How it came about. */
export interface Attempt {
  /** How often this line has waited already. */
  readonly waits: number;
  /** Since a call went well, or since the start, in ms. */
  readonly idleMs: number;
  /** As --max-retries says: 0 means that nothing is tried twice. */
  readonly maxRetries: number;
}

/** A wrong API key, keys that are not those that were pinned, files that cannot be read: every line meets them. */
const STOPPING = /^(AUTHENTICATION_FAILED|SERVER_KEY_\w+|INSECURE_URL|KEY_FILE_\w+|DISPOSED|AUDIT_\w+)$/u;

/** While there is no router, a run waits so long for one, in ms. */
const PATIENCE_MS = 120_000;
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;

/** A router that asks to be left alone is, so often for one line, and for so long at most. */
const MAX_WAITS = 3;
const MAX_RETRY_AFTER_MS = 900_000;

/** @param error what a call threw */
export function verdictOf(error: unknown, { waits, idleMs, maxRetries }: Attempt): Verdict {
  if (!isObject(error)) return { kind: 'fail' };
  const { code, possiblyExecuted, retryAfter, retryable } = error;
  if (typeof code !== 'string' || possiblyExecuted !== false) return { kind: 'fail' };
  if (STOPPING.test(code)) return { kind: 'stop' };
  if (code.startsWith('CONNECTION_')) {
    if (retryable === false || maxRetries === 0 || idleMs > PATIENCE_MS) return { kind: 'stop' };
    return { kind: 'wait', ms: Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** waits) };
  }
  const isPatient = typeof retryAfter === 'number' && retryAfter <= MAX_RETRY_AFTER_MS;
  if (isPatient && maxRetries > 0 && waits < MAX_WAITS) return { kind: 'wait', ms: retryAfter };
  return { kind: 'fail' };
}
