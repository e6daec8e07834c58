import { describe, expect, it } from '@jest/globals';
import { SecurityError } from '@nomyo/base';
import { APIConnectionError, APIConnectionTimeoutError } from '../../src/errors/errors.js';
import { retryDelay } from '../../src/policy/repeat.js';
import { withRetries, type RetryInfo, type RetryMode } from '../../src/policy/retry.js';
import { errorOfResponse } from '../../src/answer/status.js';
import { rejection } from '../support/peer.js';

/** In the words of the router. */
const answered = (status: number, headers: Record<string, string> = {}) =>
  errorOfResponse({ status, headers, body: new TextEncoder().encode('{"detail":"why"}') }, {}, 0);
/** By a gateway before it. */
const answeredByAnother = (status: number) =>
  errorOfResponse({ status, headers: {}, body: new TextEncoder().encode('upstream connect error') });
const broken = (possiblyExecuted: boolean, retryable = true) =>
  new APIConnectionError('broken', { possiblyExecuted, retryable });
const input = { attempt: 1, maxRetries: 2, mode: 'all' as RetryMode, random: 0 };

describe('retryDelay', () => {
  it.each([429, 500, 502, 503, 504])('repeats a %d', (status) => {
    expect(retryDelay({ ...input, error: answered(status) })).toBe(1000);
  });

  it.each([200, 204, 400, 401, 403, 404, 408, 409, 413, 422, 501, 505, 599])(
    'does not repeat a %d',
    (status) => {
      expect(retryDelay({ ...input, error: answered(status, { 'retry-after': '1' }) })).toBeUndefined();
    },
  );

  it.each([
    new SecurityError('REDIRECT_REFUSED', 'x'),
    new SecurityError('DECRYPTION_FAILED', 'x'),
    new TypeError('a bug'),
    new DOMException('aborted', 'AbortError'),
    'a string',
    undefined,
  ])('does not repeat %s', (error) => {
    expect(retryDelay({ ...input, error })).toBeUndefined();
  });

  it('repeats failures of the network, but not those that stay', () => {
    expect(retryDelay({ ...input, error: broken(true) })).toBe(1000);
    expect(
      retryDelay({ ...input, error: new APIConnectionTimeoutError('x', { possiblyExecuted: true }) }),
    ).toBe(1000);
    expect(retryDelay({ ...input, error: broken(false, false) })).toBeUndefined();
  });

  it('waits 1, 2, 4, 8 s, less up to a quarter, and never over a minute', () => {
    const delays = (random: number) =>
      [1, 2, 3, 4, 7, 8, 50].map((attempt) =>
        retryDelay({ ...input, maxRetries: 99, attempt, random, error: broken(true) }),
      );
    expect(delays(0)).toEqual([1000, 2000, 4000, 8000, 60_000, 60_000, 60_000]);
    expect(delays(1)).toEqual([750, 1500, 3000, 6000, 48_000, 60_000, 60_000]);
  });

  it.each([
    ['59', 59_000],
    ['60', 60_000],
    ['0', 0],
    ['-1', 1000],
    ['NaN', 1000],
    ['soon', 1000],
    ['Thu, 01 Jan 1970 00:00:05 GMT', 5000],
    ['Wed, 31 Dec 1969 23:00:00 GMT', 1000],
  ])('waits, after Retry-After: %s, %d ms', (value, delay) => {
    expect(retryDelay({ ...input, error: answered(503, { 'retry-after': value }) })).toBe(delay);
  });

  it.each<[Record<string, string>]>([
    [{ 'retry-after': '61' }],
    [{ 'retry-after': '1800' }],
    [{ 'retry-after-ms': '60001' }],
    [{ 'retry-after': 'Thu, 01 Jan 1970 00:30:00 GMT' }],
  ])('does not repeat when it would be too early: %j', (headers) => {
    expect(retryDelay({ ...input, error: answered(503, headers) })).toBeUndefined();
  });

  it('is limited by maxRetryDelay', () => {
    const error = answered(429, { 'retry-after': '59' });
    expect(retryDelay({ ...input, error, maxRetryDelay: 59_000 })).toBe(59_000);
    expect(retryDelay({ ...input, error, maxRetryDelay: 58_999 })).toBeUndefined();
    expect(retryDelay({ ...input, error: broken(true), maxRetryDelay: 500 })).toBe(500);
  });

  it('ends after maxRetries', () => {
    expect(retryDelay({ ...input, attempt: 2, error: broken(true) })).toBe(2000);
    expect(retryDelay({ ...input, attempt: 3, error: broken(true) })).toBeUndefined();
    expect(retryDelay({ ...input, maxRetries: 0, error: broken(true) })).toBeUndefined();
  });

  it.each<[RetryMode, number, boolean]>([
    ['all', 429, true],
    ['all', 500, true],
    ['safe', 429, true],
    ['safe', 503, true],
    ['safe', 500, false],
    ['safe', 502, false],
    ['safe', 504, false],
    ['none', 429, false],
    ['none', 503, false],
  ])('in mode %s repeats a %d: %p', (mode, status, isRepeated) => {
    expect(retryDelay({ ...input, mode, error: answered(status) }) !== undefined).toBe(isRepeated);
  });

  it('in mode safe does not repeat a 503 that the router did not write', () => {
    expect(retryDelay({ ...input, mode: 'safe', error: answeredByAnother(503) })).toBeUndefined();
    expect(retryDelay({ ...input, mode: 'all', error: answeredByAnother(503) })).toBe(1000);
  });

  it('in mode safe repeats only requests that certainly never ran', () => {
    expect(retryDelay({ ...input, mode: 'safe', error: broken(false) })).toBe(1000);
    expect(retryDelay({ ...input, mode: 'safe', error: broken(true) })).toBeUndefined();
    expect(retryDelay({ ...input, mode: 'none', error: broken(false) })).toBeUndefined();
  });
});

describe('withRetries', () => {
  const seams = () => {
    const slept: number[] = [];
    return {
      slept,
      sleep: (ms: number) => (slept.push(ms), Promise.resolve()),
      random: () => 0,
    };
  };

  it('repeats until it succeeds, and reports each repetition', async () => {
    const { slept, ...rest } = seams();
    const told: RetryInfo[] = [];
    const errors = [broken(true), answered(429, { 'retry-after': '7' })];
    const attempts: number[] = [];
    const result = await withRetries(
      (number) => {
        attempts.push(number);
        const error = errors[number - 1];
        return error === undefined ? Promise.resolve('done') : Promise.reject(error);
      },
      { ...rest, maxRetries: 5, onRetry: (info) => told.push(info) },
    );
    expect(result).toBe('done');
    expect(attempts).toEqual([1, 2, 3]);
    expect(slept).toEqual([1000, 7000]);
    expect(told).toEqual([
      { attempt: 1, delayMs: 1000, code: 'CONNECTION_FAILED', error: errors[0] },
      { attempt: 2, delayMs: 7000, code: 'RATE_LIMITED', error: errors[1] },
    ]);
  });

  it.each([0, 1, 2, 5])('with %d retries gives the last error, the same object', async (maxRetries) => {
    const { slept, ...rest } = seams();
    const errors: Error[] = [];
    const attempt = () => {
      errors.push(broken(true));
      return Promise.reject(errors.at(-1) ?? new Error('never'));
    };
    expect(await rejection(withRetries(attempt, { ...rest, maxRetries }))).toBe(errors.at(-1));
    expect(errors).toHaveLength(maxRetries + 1);
    expect(slept).toHaveLength(maxRetries);
  });

  it.each<[string, readonly Error[], boolean]>([
    ['none of the attempts was run', [answered(429), broken(false), answered(503)], false],
    ['the first may have been', [answered(500), broken(false), answered(503)], true],
    ['the one before the last may have been', [answered(429), broken(true), answered(401)], true],
    [
      'the first may have been, and the last is no error of HTTP',
      [broken(true), new SecurityError('INVALID_ENVELOPE', 'x')],
      true,
    ],
  ])('reports for the whole call whether it may have been run: %s', async (_, errors, possiblyExecuted) => {
    const { slept, ...rest } = seams();
    const pending = withRetries((number) => Promise.reject(errors[number - 1] ?? new Error('never')), {
      ...rest,
      maxRetries: errors.length - 1,
    });
    expect(await rejection(pending)).toBe(errors.at(-1));
    expect(errors.at(-1)).toMatchObject({ possiblyExecuted });
    expect(slept).toHaveLength(errors.length - 1);
  });

  it('notices an abort during back-off at once, with its reason', async () => {
    const controller = new AbortController();
    const started = performance.now();
    const attempts: number[] = [];
    const pending = withRetries(
      (number) => {
        attempts.push(number);
        setTimeout(() => controller.abort('stop'), 20);
        return Promise.reject(answered(503, { 'retry-after': '60' }));
      },
      { maxRetries: 3, signal: controller.signal },
    );
    expect(await rejection(pending)).toBe('stop');
    expect(attempts).toEqual([1]);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('does not begin when aborted, and reports no retry that never comes', async () => {
    const reason = new Error('mine');
    const aborted = withRetries(() => Promise.resolve(1), {
      maxRetries: 1,
      signal: AbortSignal.abort(reason),
    });
    expect(await rejection(aborted)).toBe(reason);
    const controller = new AbortController();
    let told = 0;
    const error = broken(true);
    const pending = withRetries(
      () => {
        controller.abort();
        return Promise.reject(error);
      },
      { maxRetries: 1, signal: controller.signal, onRetry: () => (told += 1) },
    );
    expect(await rejection(pending)).toBe(error);
    expect(told).toBe(0);
  });
});
