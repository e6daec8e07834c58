import { describe, expect, it } from '@jest/globals';
import type { CallRecord } from '../../src/chaos/calls.js';
import type { LoggedRequest } from '../../src/chaos/messages.js';
import { judgeCalls } from '../../src/chaos/verdict.js';

const OPTIONS = { serverKeyTtl: 200, timeout: 1000 };
const START = 1_700_000_000_000;

const callOf = (more: Partial<CallRecord>): CallRecord => ({
  ...{ call: 1, outcome: 'answer', wasAborted: false, deadlineMs: 8000, maxRetries: 0, starvedMs: 0 },
  ...{ at: START, end: START + 50 },
  ...more,
});

const seen = (id: number, fault?: string, more: Partial<LoggedRequest> = {}): LoggedRequest => ({
  ...{ id, call: 1, fault, status: 200, at: START + id, end: START + id + 10 },
  ...more,
});

const judge = (call: Partial<CallRecord>, ...log: LoggedRequest[]): string[] =>
  judgeCalls([callOf(call)], { requests: log, starved: [] }, OPTIONS);

describe('a call', () => {
  it('may end as the last of its faults says', () => {
    expect(judge({}, seen(1))).toEqual([]);
    expect(judge({ maxRetries: 1 }, seen(1, '503'), seen(2))).toEqual([]);
    expect(judge({ outcome: 'SecurityError INVALID_ENVELOPE' }, seen(1, 'tag-4'))).toEqual([]);
    expect(judge({ outcome: 'aborted', wasAborted: true })).toEqual([]);
  });

  it.each<[string, Partial<CallRecord>, LoggedRequest[]]>([
    ['an answer out of a damaged envelope', {}, [seen(1, 'flip-tag')]],
    ['an answer out of nothing', {}, []],
    ['an answer of another call', { outcome: 'wrong answer' }, [seen(1)]],
    ['a fault that another class of error stands for', { outcome: 'APIError API_ERROR' }, [seen(1, '503')]],
    ['an error though nothing was wrong', { outcome: 'ServerError SERVER_ERROR' }, [seen(1)]],
    ['an error of no type', { outcome: 'an error of no type: TypeError' }, [seen(1, 'reset')]],
    ['no end', { outcome: 'never settled' }, [seen(1, 'never')]],
    ['an abort that nobody asked for', { outcome: 'aborted' }, [seen(1, 'never')]],
    ['an end after the deadline', { end: START + 8001 }, [seen(1)]],
    ['more requests than retries', {}, [seen(1), seen(2), seen(3)]],
    [
      'a 400 that no fault explains',
      { outcome: 'InvalidRequestError INVALID_REQUEST' },
      [seen(1, undefined, { status: 400 })],
    ],
    [
      'a time-out of a request that was answered at once',
      {
        outcome: 'APIConnectionTimeoutError CONNECTION_TIMEOUT',
      },
      [seen(1)],
    ],
  ])('must not end as %s', (_, call, log) => {
    expect(judge(call, ...log)).toEqual([expect.stringMatching(/^call 1: /)]);
  });

  it('may get a 400 when the router had another key a moment ago', () => {
    const call = { outcome: 'InvalidRequestError INVALID_REQUEST' };
    const own = seen(2, undefined, { status: 400 });
    expect(judge(call, seen(1, 'rotated-key', { call: 7 }), own)).toEqual([]);
    expect(judge(call, seen(1, 'key-stranger', { call: undefined }), own)).toEqual([]);
    expect(
      judge(call, seen(1, 'rotated-key', { call: 7, at: START - 9000, end: START - 8990 }), own),
    ).toHaveLength(1);
  });

  it('may be late, or time out, when the machine was busy', () => {
    const late = { end: START + 9000, starvedMs: 1000 };
    expect(judge(late, seen(1))).toEqual([]);
    expect(judge({ ...late, outcome: 'APIConnectionTimeoutError CONNECTION_TIMEOUT' }, seen(1))).toEqual([]);
    expect(judge({ ...late, outcome: 'never settled' }, seen(1))).toHaveLength(1);
  });

  it('may time out when the machine kept the router from running meanwhile, not before or after', () => {
    const call = callOf({ outcome: 'APIConnectionTimeoutError CONNECTION_TIMEOUT', end: START + 1000 });
    const told = (end: number, ms: number): string[] =>
      judgeCalls([call], { requests: [seen(900)], starved: [{ end, ms }] }, OPTIONS);
    expect(told(START + 500, 300)).toEqual([]);
    expect(told(START + 1200, 900)).toEqual([]);
    expect(told(START + 500, 100)).toHaveLength(1);
    expect(told(START - 1, 900)).toHaveLength(1);
    expect(told(START + 2000, 900)).toHaveLength(1);
  });

  it('may time out when the router held its request', () => {
    const call = { outcome: 'APIConnectionTimeoutError CONNECTION_TIMEOUT' };
    expect(judge(call, seen(1, undefined, { status: undefined, end: START + 1000 }))).toEqual([]);
  });
});
