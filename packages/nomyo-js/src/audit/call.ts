/** The members of a line about a call. None of them can hold content. */
import type { CallEnd, CallStart } from '../observe/observer.js';

/** Longest model name that is written, in UTF-16 code units: a caller may use any text as a name. */
const MAX_NAME = 256;

/** The members of a line about a call. */
type CallBody = { readonly type: 'call' } & Readonly<Record<string, unknown>>;

/**
 * The end of a call. Little is known about a call that was `unfinished` when the log was closed, such as a stream that
 * was not read to its end.
 */
export type KnownEnd =
  | CallEnd
  | (Partial<Omit<CallEnd, 'outcome'>> & Pick<CallEnd, 'durationMs'> & { readonly outcome: 'unfinished' });

/**
 * The members of a line; unknown ones are `undefined`, so JSON leaves them out. A single literal, because spreading
 * makes an object slow to create and to write.
 */
export function callBody(call: CallStart, apiKey: string | undefined, end: KnownEnd): CallBody {
  return {
    type: 'call',
    operation: call.operation,
    payload_id: call.payloadId,
    protocol: call.protocol,
    model: call.model?.slice(0, MAX_NAME),
    stream: call.stream || undefined,
    tier: call.securityTier,
    applied_tier: end.appliedTier,
    outcome: end.outcome,
    code: end.failure?.code ?? end.failure?.name,
    status: end.failure?.status,
    possibly_executed: end.failure?.possiblyExecuted,
    attempts: end.attempts,
    duration_ms: Math.round(end.durationMs),
    request_bytes: end.requestBytes,
    response_bytes: end.responseBytes,
    request_sha256: end.ciphertexts?.request,
    response_sha256: end.ciphertexts?.response,
    server_key: end.keys?.server,
    client_key: end.keys?.client,
    api_key: apiKey,
    memory_locked: end.memoryLocked,
  };
}
