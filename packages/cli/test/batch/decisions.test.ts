/** The decisions of a run: how much may be spent, how failures end, when to wait, and what is reported. */
import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { Ledger } from '../../src/batch/journal/ledger.js';
import { Progress } from '../../src/batch/progress.js';
import { Budget } from '../../src/batch/run/budget.js';
import { Gate } from '../../src/batch/run/gate.js';
import { verdictOf, type Attempt } from '../../src/batch/run/verdict.js';
import { duration, durationLeft } from '../../src/io/duration.js';
import { Output } from '../../src/io/output.js';
import { Repeated } from '../../src/io/repeated.js';

describe('a budget', () => {
  const NOTHING = { input: 0, output: 0 };

  it('never sends lines whose longest answers together exceed it', () => {
    const budget = new Budget(100, NOTHING);
    expect(budget.ask(0, { input: 10, output: 30 })).toBe('go');
    expect(budget.ask(1, { input: 10, output: 50 })).toBe('go');
    expect(budget.ask(2, { input: 1, output: 0 })).toBe('wait');
    budget.settle(0, { input: 5, output: 5 });
    expect(budget.ask(2, { input: 10, output: 20 })).toBe('go');
    budget.settle(1, { input: 10, output: 50 });
    budget.settle(2, { input: 10, output: 15 });
    // 95 are spent.
    expect(budget.ask(3, { input: 5, output: 0 })).toBe('go');
    budget.settle(3, { input: 5, output: 0 });
    expect(budget.ask(4, { input: 1, output: 0 })).toBe('stop');
  });

  it('counts the spending of earlier runs', () => {
    expect(new Budget(100, { input: 60, output: 41 }).ask(0, { input: 0, output: 0 })).toBe('stop');
    expect(new Budget(100, { input: 60, output: 40 }).ask(0, { input: 0, output: 0 })).toBe('go');
  });

  it('sends lines without a limit one at a time until an answer shows how long they get', () => {
    const budget = new Budget(100, NOTHING);
    expect(budget.ask(0, { input: 10, output: undefined })).toBe('go');
    expect(budget.ask(1, { input: 10, output: undefined })).toBe('wait');
    budget.settle(0, { input: 10, output: 20 });
    expect(budget.ask(1, { input: 10, output: undefined })).toBe('go');
    expect(budget.ask(2, { input: 10, output: undefined })).toBe('go');
    // 30 are spent, 60 are reserved.
    expect(budget.ask(3, { input: 10, output: undefined })).toBe('wait');
  });
});

describe('a failure', () => {
  const attempt = (more: Partial<Attempt> = {}): Attempt => ({
    waits: 0,
    idleMs: 0,
    maxRetries: 2,
    ...more,
  });
  const error = (code: string, more: object = {}) => ({ code, possiblyExecuted: false, ...more });

  it.each([
    ['a wrong key stops everything', error('AUTHENTICATION_FAILED'), {}, { kind: 'stop' }],
    ['so does an audit log that is full', error('AUDIT_FAILED'), {}, { kind: 'stop' }],
    ['and a key that is not pinned', error('SERVER_KEY_MISMATCH'), {}, { kind: 'stop' }],
    ['no router is waited for', error('CONNECTION_FAILED'), {}, { kind: 'wait', ms: 1000 }],
    ['longer each time', error('CONNECTION_FAILED'), { waits: 3 }, { kind: 'wait', ms: 8000 }],
    ['up to half a minute', error('CONNECTION_FAILED'), { waits: 30 }, { kind: 'wait', ms: 30_000 }],
    ['but not for ever', error('CONNECTION_FAILED'), { idleMs: 120_001 }, { kind: 'stop' }],
    ['and not without retries', error('CONNECTION_FAILED'), { maxRetries: 0 }, { kind: 'stop' }],
    ['Retry-After is kept', error('RATE_LIMITED', { retryAfter: 5000 }), {}, { kind: 'wait', ms: 5000 }],
    ['three times', error('RATE_LIMITED', { retryAfter: 5000 }), { waits: 3 }, { kind: 'fail' }],
    ['unless it is an hour', error('RATE_LIMITED', { retryAfter: 3_600_000 }), {}, { kind: 'fail' }],
    ['a refused line fails alone', error('INVALID_REQUEST'), {}, { kind: 'fail' }],
    [
      'what may have run is never sent again',
      error('CONNECTION_FAILED', { possiblyExecuted: true }),
      {},
      { kind: 'fail' },
    ],
    ['nor what says nothing of it', { code: 'CONNECTION_FAILED' }, {}, { kind: 'fail' }],
    ['what is no error of ours fails its line', 'a word', {}, { kind: 'fail' }],
  ])('%s', (_name, thrown, more, verdict) => {
    expect(verdictOf(thrown, attempt(more))).toEqual(verdict);
  });
});

describe('a gate', () => {
  it('is open until it is closed, and keeps the longer of two times', async () => {
    const gate = new Gate();
    const { signal } = new AbortController();
    await gate.pass(signal);
    const now = performance.now();
    gate.closeFor(60, now);
    gate.closeFor(10, now);
    await gate.pass(signal);
    expect(performance.now() - now).toBeGreaterThanOrEqual(59);
  });

  it('lets no caller through after it was told to stop', async () => {
    const ending = new AbortController();
    const gate = new Gate();
    gate.closeFor(3_600_000, performance.now());
    const passed = gate.pass(ending.signal);
    ending.abort(new Error('the end'));
    await expect(passed).rejects.toThrow('the end');
    await expect(new Gate().pass(ending.signal)).rejects.toThrow('the end');
  });
});

it.each([
  [0, '0 s'],
  [0.2, '1 s'],
  [59.5, '1 min'],
  [61, '1 min 1 s'],
  [3599.1, '1 h'],
  [90_000, '1 d 1 h'],
])('%d s left are shown as %s', (seconds, text) => {
  expect(durationLeft(seconds)).toBe(text);
});

it('elapsed time is shown in whole units, and never rounded up', () => {
  expect([-5, 999, 59_999, 86_399_999].map(duration)).toEqual(['0 s', '0 s', '59 s', '23 h 59 min']);
});

it('the same problem is reported once a minute, with a count at the end', () => {
  const said: string[] = [];
  let now = 0;
  const repeated = new Repeated(
    (line) => said.push(line),
    () => now,
  );
  for (const line of ['full', 'full', 'other', 'full']) repeated.tell(line);
  expect(said).toEqual(['full', 'other']);
  now = 60_000;
  repeated.tell('full');
  expect(said.at(-1)).toBe('full (and 2 times before)');
  for (const line of ['full', 'full', 'full']) repeated.tell(line);
  repeated.end();
  expect(said.slice(3)).toEqual(['full (and 2 times before)']);
  repeated.end();
  expect(said).toHaveLength(4);
});

describe('progress', () => {
  it.each([
    ['xterm', '\r\u001b[K'],
    ['dumb', ''],
  ])('is drawn on a capable terminal: %s', (TERM, drawn) => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true });
    const output = new Output(new PassThrough(), terminal, { json: false, quiet: false, env: { TERM } });
    new Progress(output, new Ledger(3)).stop();
    expect(String(terminal.read() ?? '')).toBe(drawn);
  });
});
