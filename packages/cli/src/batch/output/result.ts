/** Lines of the outputs, in the format of OpenAI's batch files. Pure. */
import { randomUUID } from 'node:crypto';

/** The outcome of a request. */
export interface Outcome {
  /** Answered by the router with 200, and opened. */
  readonly ok: boolean;
  /** HTTP; `undefined` when no answer of the router was there. */
  readonly status: number | undefined;
  /** The payload id that a support case must name. */
  readonly requestId: string | undefined;
  /** JSON, as it goes into the output. */
  readonly body: string | undefined;
  readonly error: { readonly code: string; readonly message: string } | undefined;
  /** Tokens. */
  readonly input: number;
  readonly output: number;
}

/** A failure of ours: nothing of it came from the router. */
export const failed = (code: string, message: string): Outcome => ({
  ok: false,
  status: undefined,
  requestId: undefined,
  body: undefined,
  error: { code, message },
  input: 0,
  output: 0,
});

/** The answer's JSON is put in as it came, and not read again. */
export function resultLine(customId: string, { status, requestId, body, error }: Outcome): string {
  const response =
    status === undefined
      ? 'null'
      : `{"status_code":${String(status)},"request_id":${JSON.stringify(requestId ?? null)},"body":${body ?? 'null'}}`;
  const id = `batch_req_${randomUUID().replaceAll('-', '')}`;
  return `{"id":"${id}","custom_id":${JSON.stringify(customId)},"response":${response},"error":${JSON.stringify(error ?? null)}}`;
}
