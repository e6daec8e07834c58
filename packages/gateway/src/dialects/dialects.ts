/** The protocols that the gateway serves: their paths, and the shape of their errors. Pure. */

/** A protocol. */
export type DialectName = 'chat' | 'responses' | 'messages' | 'ollama';

/** An error before it takes the shape of a protocol. */
export interface Fault {
  readonly status: number;
  /** Stable, such as `PAYLOAD_TOO_LARGE`. */
  readonly code: string;
  readonly type: string;
  readonly message: string;
  /** In seconds. */
  readonly retryAfter?: number;
}

type Shape = (fault: Fault) => unknown;

const openai: Shape = ({ message, type, code }) => ({ error: { message, type, code, param: null } });
const anthropic: Shape = ({ message, type, code }) => ({ type: 'error', error: { type, message, code } });
/** Ollama's clients print whatever is here: an object would be `[object Object]`. */
const ollama: Shape = ({ message }) => ({ error: message });

/** Each protocol: its path, the adapter's path that translates it, and the shape of its errors. */
export const DIALECTS: Readonly<
  Record<DialectName, { readonly path: string; readonly target: string; readonly error: Shape }>
> = {
  chat: { path: '/v1/chat/completions', target: '/v1/chat/completions', error: openai },
  responses: { path: '/v1/responses', target: '/v1/responses', error: openai },
  messages: { path: '/v1/messages', target: '/v1/messages', error: anthropic },
  ollama: { path: '/api/chat', target: '/v1/chat/completions', error: ollama },
};

/** The protocol that a path belongs to, for errors that happen before the request is routed. */
export function dialectOf(path: string): DialectName {
  if (path.startsWith('/v1/messages')) return 'messages';
  return path.startsWith('/api/') ? 'ollama' : 'chat';
}

/** A client's answer: a text, or pieces that follow. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | ReadableStream<Uint8Array>;
}

/** An error as the clients of a protocol expect it. */
export function faultAnswer(dialect: DialectName, fault: Fault): Answer & { readonly body: string } {
  return {
    status: fault.status,
    headers: {
      'content-type': 'application/json',
      ...(fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) }),
      ...(fault.status === 403 ? { 'x-should-retry': 'false' } : {}),
    },
    body: JSON.stringify(DIALECTS[dialect].error(fault)),
  };
}

/** The same, of the Fetch standard. */
export function faultResponse(dialect: DialectName, fault: Fault): Response {
  const { body, ...init } = faultAnswer(dialect, fault);
  return new Response(body, init);
}
