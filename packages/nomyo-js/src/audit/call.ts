/**
 * What an audit log needs to know of a call: the part of `CallObserver` that it uses. There is nothing here that could
 * hold content.
 */

/** A call begins. */
export interface AuditedCall {
  readonly operation: string;
  /** Such as `nomyo/1`. */
  readonly protocol: string;
  readonly payloadId: string;
  readonly model: string | undefined;
  readonly securityTier: string | undefined;
  readonly stream: boolean;
}

/** It may be sealed and sent, unless the log says no. */
export interface AuditedRequest {
  macOfApiKey(mac: (apiKey: Uint8Array) => Promise<Uint8Array>): Promise<Uint8Array | undefined>;
}

/** It is over. */
export interface AuditedEnd {
  readonly outcome: string;
  readonly durationMs: number;
  readonly attempts: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly appliedTier: string | undefined;
  readonly keys: { readonly server?: string | undefined; readonly client?: string | undefined };
  readonly memoryLocked: boolean | undefined;
  readonly ciphertexts: { readonly request?: string | undefined; readonly response?: string | undefined };
  readonly failure:
    | {
        readonly name: string;
        readonly code: string | undefined;
        readonly status: number | undefined;
        readonly possiblyExecuted: boolean;
      }
    | undefined;
}

/** Longest name that is written, in UTF-16 code units: a caller can call a model anything. */
const MAX_NAME = 256;

/** The members of a line about a call; what is not known is left out. */
export function callBody(
  call: AuditedCall,
  apiKey: string | undefined,
  end: AuditedEnd,
): { readonly type: 'call' } & Readonly<Record<string, unknown>> {
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
    request_sha256: end.ciphertexts.request,
    response_sha256: end.ciphertexts.response,
    server_key: end.keys.server,
    client_key: end.keys.client,
    api_key: apiKey,
    memory_locked: end.memoryLocked,
  };
}
