/** A hostile router's reply to one request, and what a client may make of it. */
import { RsaPublicKey, sealEnvelope } from '@nomyo/crypto';
import type { NomyoErrorCode } from '@nomyo/crypto/errors';
import type { Random } from '../../common/random.js';
import { mutateJson } from '../json-mutate.js';
import { awkwardValue, deepJson, mutate } from '../mutate.js';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface Script {
  readonly kind: string;
  /** The reply of the key endpoint. */
  readonly keyPem: Uint8Array;
  readonly reply: (clientKeyPem: string) => Promise<Reply>;
  /** The answer the client may give, without `_metadata`; `undefined`: none. */
  readonly answer: unknown;
  /** Codes of the errors that it may give. */
  readonly refusals: readonly NomyoErrorCode[];
}

const ANSWER = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'caf\u00e9 "quoted" \\ \u{1f600}' } }],
  usage: { prompt_tokens: 5, completion_tokens: 6, total_tokens: 11 },
};

const STATUSES = [201, 204, 206, 301, 307, 399, 400, 401, 403, 404, 418, 422, 429, 500, 502, 503, 599];

const OF_STATUS = [
  'API_ERROR',
  'AUTHENTICATION_FAILED',
  'FORBIDDEN',
  'INVALID_REQUEST',
  'RATE_LIMITED',
  'REDIRECT_REFUSED',
  'SERVER_ERROR',
  'SERVICE_UNAVAILABLE',
] as const;

/** @param keyPem a good key of the router */
export function scriptOf(keyPem: string, random: Random): Script {
  const good = Buffer.from(keyPem, 'latin1');
  const make = random.pick([ofPlaintext, ofPlaintext, ofEnvelope, ofEnvelope, ofStatus, ofHeaders, ofKey]);
  return { keyPem: good, ...make(random, good) };
}

type Made = Omit<Script, 'keyPem'> & { readonly keyPem?: Uint8Array };

/** A good envelope around a changed answer. */
function ofPlaintext(random: Random): Made {
  const text = JSON.stringify(ANSWER);
  const json = random.oneIn(2)
    ? Buffer.from(mutateJson(text, random).text)
    : mutate(Buffer.from(text), random);
  const answer = chatCompletionIn(json);
  const reply = async (pem: string): Promise<Reply> => ({
    status: 200,
    headers: {},
    body: await seal(json, pem),
  });
  return { kind: 'plaintext', reply, answer, refusals: answer === undefined ? ['INVALID_PLAINTEXT'] : [] };
}

/** A changed envelope around a good answer. */
function ofEnvelope(random: Random): Made {
  const reply = async (pem: string): Promise<Reply> => {
    const sealed = Buffer.from(await seal(Buffer.from(JSON.stringify(ANSWER)), pem));
    const changed = random.oneIn(2)
      ? Buffer.from(mutateJson(sealed.toString('latin1'), random).text)
      : mutate(sealed, random);
    return { status: 200, headers: {}, body: changed };
  };
  return { kind: 'envelope', reply, answer: ANSWER, refusals: ['INVALID_ENVELOPE', 'DECRYPTION_FAILED'] };
}

function ofStatus(random: Random): Made {
  const status = random.pick(STATUSES);
  const text = random.pick<() => string>([
    () => JSON.stringify({ detail: awkwardValue(random) }),
    () => `{"detail":"${'\\u001b[2J\\r\\n'.repeat(random.below(3000))}"}`,
    () => '<html>'.repeat(random.below(3000)),
    () => deepJson(random),
    () => '',
  ])();
  const headers = { 'retry-after': String(random.below(100)), location: 'https://elsewhere.invalid/' };
  const body = status === 204 ? Buffer.alloc(0) : mutate(Buffer.from(text), random);
  const reply = (): Promise<Reply> => Promise.resolve({ status, headers, body });
  return { kind: 'status', reply, answer: undefined, refusals: OF_STATUS };
}

/** A good answer under headers that must not matter, and under one that must. */
function ofHeaders(random: Random): Made {
  const encoded = random.oneIn(4);
  const headers: Record<string, string> = {
    'content-type': random.pick(['text/html', 'application/json; charset=utf-16', '', 'x'.repeat(500)]),
    [random.pick(['set-cookie', 'x-payload-id', 'retry-after', 'server', 'location', 'via'])]: random.hex(20),
    ...(encoded ? { 'content-encoding': random.pick(['gzip', 'br', 'deflate', 'zstd', 'x, y']) } : {}),
  };
  const reply = async (pem: string): Promise<Reply> => {
    return { status: 200, headers, body: await seal(Buffer.from(JSON.stringify(ANSWER)), pem) };
  };
  return { kind: 'headers', reply, answer: ANSWER, refusals: encoded ? ['CONNECTION_FAILED'] : [] };
}

/** A changed key: any that is accepted is a key that a request can be sealed to. */
function ofKey(random: Random, good: Buffer): Made {
  const reply = async (pem: string): Promise<Reply> => {
    return { status: 200, headers: {}, body: await seal(Buffer.from(JSON.stringify(ANSWER)), pem) };
  };
  const refusals = ['SERVER_KEY_INVALID', 'BODY_TOO_LARGE'] as const;
  return { kind: 'key', keyPem: mutate(good, random), reply, answer: ANSWER, refusals };
}

async function seal(plaintext: Uint8Array, clientKeyPem: string): Promise<Uint8Array> {
  return sealEnvelope(plaintext, await RsaPublicKey.fromPem(clientKeyPem));
}

/** The object in it, when it is JSON in UTF-8 with `choices`. */
function chatCompletionIn(json: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json);
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return 'choices' in value && Array.isArray(value.choices) ? value : undefined;
  } catch {
    return undefined;
  }
}
