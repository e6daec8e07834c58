/** One call of a client of the gateway, by one of four protocols, whole or as a stream, and what came of it. */
import type { Random } from '../common/random.js';
import type { GatewayProcess } from './binary.js';

/** How a call ended: with its own answer, with an error that is one, by the client's will, or wrongly. */
export type CallEnd = 'answered' | 'failed' | 'gone' | 'wrong';

interface Protocol {
  readonly path: string;
  readonly body: (question: string, padding: string, stream: boolean) => object;
}

const messages = (question: string, padding: string): readonly object[] => [
  { role: 'user', content: `${question} ${padding}` },
];

const PROTOCOLS: readonly Protocol[] = [
  {
    path: '/v1/chat/completions',
    body: (question, padding, stream) => ({ model: 'm', messages: messages(question, padding), stream }),
  },
  {
    path: '/v1/responses',
    body: (question, padding, stream) => ({ model: 'm', input: `${question} ${padding}`, stream }),
  },
  {
    path: '/v1/messages',
    body: (question, padding, stream) => ({
      ...{ model: 'm', max_tokens: 4096, messages: messages(question, padding), stream },
    }),
  },
  {
    path: '/api/chat',
    body: (question, padding, stream) => ({ model: 'm', messages: messages(question, padding), stream }),
  },
];

/** Longest padding of a question, in characters. */
const MAX_PADDING = 2_000;

/** One client of so many goes away before its answer is there. */
const GONE_EVERY = 25;
const MAX_PATIENCE_MS = 40;

/** The mark of a question, which its answer repeats: no other answer may have it. */
const MARK = /<question \d+>/gu;

/** @param index of the call: makes its question its own */
export async function callOnce(gateway: GatewayProcess, index: number, random: Random): Promise<CallEnd> {
  const question = `<question ${String(index)}>`;
  const { path, body } = random.pick(PROTOCOLS);
  const goesAway = random.oneIn(GONE_EVERY);
  const signal = goesAway ? AbortSignal.timeout(random.below(MAX_PATIENCE_MS)) : null;
  try {
    const response = await fetch(gateway.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.token}` },
      body: JSON.stringify(body(question, 'x'.repeat(random.below(MAX_PADDING)), random.oneIn(2))),
      signal,
    });
    return verdict(question, response.status, await response.text());
  } catch {
    return goesAway ? 'gone' : 'wrong';
  }
}

const OK = 200;

function verdict(question: string, status: number, text: string): CallEnd {
  // A stream cuts its answer anywhere; the marks are put together again from what every protocol calls its text.
  const marks = new Set(textOf(text).match(MARK));
  if ([...marks].some((mark) => mark !== question)) return 'wrong';
  if (status === OK) return marks.has(question) ? 'answered' : 'wrong';
  return isError(text) ? 'failed' : 'wrong';
}

/** The pieces of text in a stream or an object, in their order and without what stands between them. */
function textOf(text: string): string {
  const pieces = [...text.matchAll(/"(?:content|delta|text)":"((?:[^"\\]|\\.)*)"/gu)];
  return pieces.map(([, piece = '']) => piece.replaceAll('\\u003c', '<')).join('');
}

function isError(text: string): boolean {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && 'error' in body;
  } catch {
    return false;
  }
}
