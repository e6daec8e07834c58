/** One line: sealed, sent, and what came of it in the words of its dialect. */
import { isObject } from '@nomyo/base';
import type { ChatCompletion, ChatCompletionStream, SecurityTier } from 'nomyo-js';
import { createSecureFetch, type CompletionClient } from 'nomyo-js/fetch';
import type { BatchRequest } from '../input/request.js';
import { failed, type Outcome } from '../output/result.js';
import type { Called, Send } from './send.js';

/** The request to send; the `custom_id` of the line does not matter here. */
export type BatchCall = Pick<BatchRequest, 'url' | 'body'>;

/** How lines are called. */
export interface Caller {
  readonly client: CompletionClient;
  readonly tier: SecurityTier | undefined;
  readonly maxRetries: number;
  /** No line goes out with a lower tier. */
  readonly minimumTier?: SecurityTier | undefined;
}

/** Sends lines from this process. What a killed run may have sent is not sent again where once is the most. */
export function sender(caller: Caller, atMostOnce: boolean): Send {
  return async ({ request, wasSent, mark }) => {
    if (wasSent && atMostOnce) return { kind: 'done', outcome: INTERRUPTED };
    await mark();
    return call(request, caller);
  };
}

const INTERRUPTED = failed(
  'POSSIBLY_EXECUTED',
  'an earlier run was killed after this line was sent; it may have been answered, and is not sent again',
);

/** The outcome of a call. */
type Done = Extract<Called, { readonly kind: 'done' }>;

/**
 * Chat completions are what the client itself speaks; the adapter translates the other dialects, and says in the words of
 * each what went wrong. Never rejects.
 */
export async function call(asked: BatchCall, caller: Caller): Promise<Done> {
  try {
    return await called(asked, caller);
  } catch (error) {
    // Whatever it is, such as an answer that fills the stack: it is the trouble of one line.
    return { kind: 'done', outcome: failureOf(error, '', undefined), error };
  }
}

async function called(asked: BatchCall, caller: Caller): Promise<Done> {
  const direct = directRequest(asked, caller);
  if (direct === undefined) return adapt(asked, caller);
  const { client, maxRetries } = caller;
  try {
    return { kind: 'done', outcome: completed(await client.create(direct, { maxRetries })) };
  } catch (error) {
    return adapt(asked, { ...caller, client: failingWith(error, client) });
  }
}

/** @returns `undefined` where the adapter has to look first */
function directRequest({ url, body }: BatchCall, { tier, minimumTier }: Caller): object | undefined {
  if (url !== '/v1/chat/completions' || 'security_tier' in body) return undefined;
  if (tier !== undefined && minimumTier !== undefined) return undefined;
  const asked = tier ?? minimumTier;
  return asked === undefined ? body : { ...body, security_tier: asked };
}

/** A client whose call has failed already: the adapter only says so in its words. */
const failingWith = (error: unknown, client: CompletionClient): CompletionClient => ({
  create: async () => {
    await Promise.resolve();
    throw error;
  },
  ready: () => client.ready(),
  dispose: () => undefined,
  toJSON: () => client.toJSON(),
});

/** A fetch for each line: what a router says of one must not end others before they are sent. */
async function adapt({ url, body }: BatchCall, caller: Caller): Promise<Done> {
  const { client, tier, minimumTier, maxRetries } = caller;
  const thrown: { error?: unknown } = {};
  const secureFetch = createSecureFetch({
    client,
    maxRetries,
    ...(tier === undefined ? {} : { securityTier: tier }),
    ...(minimumTier === undefined ? {} : { minimumSecurityTier: minimumTier }),
    onError: (error) => {
      thrown.error = error;
    },
  });
  const prefix = secureFetch.baseURL.replace(/\/v1$/u, '');
  const response = await secureFetch(`${prefix}${url}`, { method: 'POST', body: JSON.stringify(body) });
  const text = await response.text();
  const requestId = response.headers.get('x-request-id') ?? undefined;
  if (response.ok) return { kind: 'done', outcome: answered(text, requestId) };
  return { kind: 'done', outcome: failureOf(thrown.error, text, requestId), ...thrown };
}

/** A line never asks for a stream, so its answer is whole. */
function completed(answer: ChatCompletion | ChatCompletionStream): Outcome {
  if (Symbol.asyncIterator in answer) throw new TypeError('the answer is a stream');
  return ok(JSON.stringify(answer), answer, answer._metadata.payload_id);
}

function answered(text: string, requestId: string | undefined): Outcome {
  const body = parse(text);
  return ok(oneLine(text, body), body, requestId);
}

/** @param body of the answer, as it is written and as it was read */
const ok = (text: string, body: unknown, requestId: string | undefined): Outcome => ({
  ok: true,
  status: 200,
  requestId,
  body: text,
  error: undefined,
  ...usageOf(body),
});

/** An answer of the router is a response; a failure before or after it is not. */
function failureOf(error: unknown, text: string, requestId: string | undefined): Outcome {
  const { code, message, status } = isObject(error) ? error : {};
  const told = failed(
    typeof code === 'string' ? code : 'UNEXPECTED',
    typeof message === 'string' ? message : 'the call failed for a reason that nomyo does not know',
  );
  if (typeof status !== 'number') return told;
  return { ...told, status, requestId, body: oneLine(text, parse(text)) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** JSON that holds line ends between its members would break the line; the adapter writes none. */
const oneLine = (text: string, parsed: unknown): string =>
  parsed === null || /[\n\r\t]/u.test(text) ? JSON.stringify(parsed) : text;

/** Chat completions say prompt and completion tokens; the other two dialects say input and output tokens. */
function usageOf(body: unknown): Pick<Outcome, 'input' | 'output'> {
  const usage = isObject(body) && isObject(body['usage']) ? body['usage'] : {};
  const count = (...names: string[]): number => {
    const value = names.map((name) => usage[name]).find((given) => typeof given === 'number');
    return typeof value === 'number' && value >= 0 ? Math.ceil(value) : 0;
  };
  return {
    input: count('prompt_tokens', 'input_tokens'),
    output: count('completion_tokens', 'output_tokens'),
  };
}
