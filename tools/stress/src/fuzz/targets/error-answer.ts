/** Error answers of a router, or of anything in front of it: status, headers, body, Retry-After. */
import { inspect } from 'node:util';
import {
  APIError,
  AuthenticationError,
  errorOfResponse,
  ForbiddenError,
  InvalidRequestError,
  RateLimitError,
  retryDelay,
  ServerError,
  ServiceUnavailableError,
} from '@nomyo/transport';
import type { Random } from '../../common/random.js';
import { mutateJson } from '../json-mutate.js';
import { awkwardValue, deepJson, mutate } from '../mutate.js';
import { checkMessage, expect, judge, type Target } from '../target.js';

/** Protocol §5, written down a second time. */
const CLASSES: Readonly<Record<number, unknown>> = {
  400: InvalidRequestError,
  401: AuthenticationError,
  403: ForbiddenError,
  429: RateLimitError,
  500: ServerError,
  503: ServiceUnavailableError,
};

const STATUSES = [
  100, 199, 201, 204, 400, 401, 402, 403, 404, 413, 418, 422, 429, 499, 500, 502, 503, 504, 599, 999,
];

/** Longest error as a log shows it, in characters, beside its headers and its stack. */
const MAX_INSPECTED = 120_000;

const MAX_RETRY_DELAY_MS = 60_000;

export const errorAnswerTarget: Target = {
  name: 'error answer',
  weight: 20,
  runtimes: ['node', 'browser'],
  prepare: () => Promise.resolve({ attempt }),
};

async function attempt(random: Random): Promise<string> {
  const status = random.oneIn(10) ? 100 + random.below(900) : random.pick(STATUSES);
  const response = { status, headers: headersOf(random), body: bodyOf(random) };
  const result = await judge(() => errorOfResponse(response, { payloadId: 'id' }), []);
  expect('value' in result, 'an error is given, and none is thrown');
  const error = result.value;
  expect(error.constructor === (CLASSES[status] ?? APIError), `the class of ${String(status)}`);
  expect(error.status === status && error.payloadId === 'id', 'status and payload id');
  checkMessage(error);
  expect(inspect(error.errorDetails, { depth: null }).length < MAX_INSPECTED, 'short details');
  expect(JSON.stringify(error).length < MAX_INSPECTED, 'a short JSON');
  checkWait(error, random);
  return `${String(Math.floor(status / 100))}xx, ${error.retryAfter === undefined ? 'no wait' : 'a wait'}`;
}

function checkWait(error: APIError, random: Random): void {
  const { retryAfter } = error;
  expect(
    retryAfter === undefined || (Number.isFinite(retryAfter) && retryAfter >= 0),
    'a wait that is a time',
  );
  const state = { attempt: 1 + random.below(40), maxRetries: 100, mode: 'all' as const };
  const delay = retryDelay({ error, ...state, random: random.below(1000) / 1000 });
  expect(delay === undefined || (delay >= 0 && delay <= MAX_RETRY_DELAY_MS), 'a delay within its limit');
}

function headersOf(random: Random): Record<string, string> {
  const name = random.pick(['retry-after', 'retry-after', 'retry-after-ms', 'x-other', 'content-type']);
  const second = random.oneIn(3) ? { 'retry-after-ms': retryAfterOf(random) } : {};
  return { ...second, [name]: retryAfterOf(random) };
}

function retryAfterOf(random: Random): string {
  const date = new Date(Date.now() + (random.below(200_000) - 100_000)).toUTCString();
  const value = random.pick([
    String(random.below(100)),
    String(random.below(2 ** 31) * 2 ** 20),
    `${String(random.below(9))}.${String(random.below(999))}`,
    `-${String(random.below(99))}`,
    ...[
      '',
      ' ',
      'NaN',
      'Infinity',
      '1e999',
      '0x10',
      '1_000',
      '٣',
      '59',
      '60',
      '61',
      '0',
      '00',
      '9'.repeat(40),
    ],
    date,
    date.replace('GMT', 'UTC'),
    date.slice(0, -4),
    new Date(8.64e15).toUTCString(),
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
    'Fri, 31 Feb 2999 25:61:61 GMT',
    '1, 2',
  ]);
  return random.oneIn(3) ? mutate(Buffer.from(value || '1'), random).toString('latin1') : value;
}

function bodyOf(random: Random): Uint8Array {
  const detail = random.pick<() => unknown>([
    () => 'the request is wrong',
    () => '\u001b[2J\r\nforged: line\u202e'.repeat(random.below(9000)),
    () => [
      { type: 'missing', loc: ['body', 'model'], msg: 'Field required', input: 'secret', ctx: { error: {} } },
    ],
    () => Array.from({ length: random.below(500) }, () => awkwardValue(random)),
    () => awkwardValue(random),
    () => ({ [random.hex(8)]: awkwardValue(random), error: { message: awkwardValue(random) } }),
  ])();
  const json = JSON.stringify({ detail });
  const text = random.pick<() => string>([
    () => json,
    () => mutateJson(json, random).text,
    () => deepJson(random),
    () => `<!DOCTYPE html><html>${'<p>'.repeat(random.below(5000))}</html>`,
    () => '',
  ])();
  return random.oneIn(2) ? mutate(Buffer.from(text, 'utf8'), random) : Buffer.from(text, 'utf8');
}
