import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { RotationFailedEvent } from '../../src/events.js';
import { KeyStoreError } from '../../src/errors.js';
import { KeyPair } from '../../src/key-pair.js';
import type { RotationPolicy } from '../../src/rotation/rotation.js';
import { Rotator } from '../../src/rotation/rotator.js';
import { newKey, rejection } from '../support/keys.js';

const full = new KeyStoreError('KEY_FILE_UNWRITABLE', '/keys/private_key.pem', 'no space');
const daily: RotationPolicy = {
  intervalMs: 86_400_000,
  maxRequests: 4,
  rotateLeadMs: 0,
  prepareLeadMs: 60_000,
};
const keys = await newKey();

interface Bench {
  readonly rotator: Rotator;
  readonly pair: KeyPair;
  readonly replace: jest.Mock<(background: boolean) => Promise<void>>;
  readonly prepare: jest.Mock<() => Promise<void>>;
  readonly told: RotationFailedEvent[];
  readonly timers: (() => void)[];
}

function bench(policy = daily): Bench {
  const told: RotationFailedEvent[] = [];
  const timers: (() => void)[] = [];
  const pair = new KeyPair(
    { keys, createdAt: Date.now() },
    { wall: Date.now(), monotonic: performance.now() },
  );
  const replace = jest.fn((_background: boolean) => Promise.resolve());
  const prepare = jest.fn(() => Promise.resolve());
  const rotator = new Rotator({
    replace,
    prepare,
    schedule: (fn) => {
      timers.push(fn);
      return () => void timers.splice(timers.indexOf(fn), 1);
    },
    tell: (event) => told.push(event),
  });
  rotator.installed(pair, policy);
  return { rotator, pair, replace, prepare, told, timers };
}

/** Lets `times` requests have the pair. */
function serve(rotator: Rotator, times: number): void {
  for (let i = 0; i < times; i += 1) expect(polled(rotator)).toBe('served');
}

/** Whether a request at this moment is served or has to wait. */
function polled(rotator: Rotator): 'served' | 'waiting' {
  return rotator.admit() === undefined ? 'served' : 'waiting';
}

describe('a rotator', () => {
  const now = performance.now.bind(performance);
  afterEach(() => {
    performance.now = now;
  });

  it('leaves a young pair alone, and has one timer', () => {
    const { rotator, pair, replace, prepare, timers } = bench();
    rotator.installed(pair, daily);
    expect(polled(rotator)).toBe('served');
    expect([replace, prepare].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    expect(timers).toHaveLength(1);
    rotator.stop();
    expect(timers).toHaveLength(0);
  });

  it('makes the next pair once, however often it is asked', () => {
    const { rotator, prepare } = bench({ ...daily, maxRequests: 20 });
    serve(rotator, 15);
    expect(prepare).toHaveBeenCalledTimes(1);
  });

  it('counts requests, not wake-ups of its timer', () => {
    const { rotator, prepare, timers } = bench();
    serve(rotator, 2);
    timers[0]?.();
    expect(prepare).toHaveBeenCalledTimes(1);
    serve(rotator, 2);
    expect(polled(rotator)).toBe('waiting');
  });

  it('starts counting again with the next pair', () => {
    const { rotator, pair } = bench();
    serve(rotator, 4);
    rotator.installed(pair, daily);
    serve(rotator, 4);
  });

  it('makes requests wait when a pair may serve no more, and replaces it once', async () => {
    const { rotator, replace } = bench();
    serve(rotator, 4);
    expect([polled(rotator), polled(rotator)]).toEqual(['waiting', 'waiting']);
    await rotator.admit();
    expect(replace.mock.calls).toEqual([[false]]);
  });

  it('makes no request wait when a pair is merely old', () => {
    const { rotator, replace } = bench();
    performance.now = () => now() + 90_000_000;
    expect(polled(rotator)).toBe('served');
    expect(replace.mock.calls).toEqual([[true]]);
  });

  it('reports a failure once for all waiters, serves with the old pair, and retries', async () => {
    const { rotator, replace, told, timers } = bench();
    serve(rotator, 4);
    replace.mockRejectedValueOnce(full);
    polled(rotator);
    await Promise.all([rejection(rotator.rotate(false)), rejection(rotator.rotate(false))]);
    expect(told).toEqual([
      {
        type: 'rotation-failed',
        code: 'KEY_FILE_UNWRITABLE',
        path: '/keys/private_key.pem',
        retryInMs: 30_000,
      },
    ]);
    expect(polled(rotator)).toBe('served');
    expect(replace).toHaveBeenCalledTimes(1);
    performance.now = () => now() + 31_000;
    timers[0]?.();
    expect(replace).toHaveBeenCalledTimes(2);
  });

  it('reports when the next pair could not be made, and waits before it retries', async () => {
    const { rotator, prepare, told } = bench();
    serve(rotator, 2);
    prepare.mockRejectedValueOnce(full);
    polled(rotator);
    await new Promise((resolve) => setTimeout(resolve, 5));
    for (let i = 0; i < 5; i += 1) polled(rotator);
    expect(told).toHaveLength(1);
    expect(prepare).toHaveBeenCalledTimes(1);
  });

  it('throws the failure of a rotation that was asked for', async () => {
    const { rotator, replace, told } = bench();
    replace.mockRejectedValueOnce(full);
    expect(await rejection(rotator.rotate(false))).toBe(full);
    expect(told).toHaveLength(1);
  });

  it('reports nothing after the end', async () => {
    const { rotator, replace, told, timers } = bench();
    replace.mockRejectedValueOnce(full);
    const rotation = rejection(rotator.rotate(false));
    rotator.stop();
    await rotation;
    expect(told).toEqual([]);
    expect(timers).toEqual([]);
    expect(polled(rotator)).toBe('served');
  });
});
