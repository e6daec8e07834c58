import { describe, expect, it } from '@jest/globals';
import { Pacer, type Budget } from '../../src/policy/pacer.js';
import type { RateLimit } from '../../src/policy/rate-limit.js';
import { TokenBudget } from '../../src/policy/token-bucket.js';
import { rejection } from '../support/peer.js';

const inProcess = (): Pacer<RateLimit> => new Pacer(() => new TokenBudget());

describe('Pacer', () => {
  it('lets callers of one account through in order, at its pace', async () => {
    const pacer = inProcess();
    const limit = { requestsPerSecond: 50, burst: 52 };
    const order: number[] = [];
    const started = performance.now();
    await Promise.all(
      Array.from({ length: 12 }, (_, i) => pacer.acquire('a', limit).then(() => order.push(i))),
    );
    expect(order).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(performance.now() - started).toBeGreaterThanOrEqual(195);
  });

  it('keeps accounts apart', async () => {
    const pacer = new Pacer<undefined>((name) => ({
      take: () => (name === 'full' ? 60_000 : 0),
      isFull: false,
    }));
    const controller = new AbortController();
    const waiting = rejection(pacer.acquire('full', undefined, controller.signal));
    await pacer.acquire('other', undefined);
    controller.abort('enough');
    expect(await waiting).toBe('enough');
  });

  it('releases a waiter at once when aborted; the others lose nothing', async () => {
    const pacer = inProcess();
    const limit = { requestsPerSecond: 10, burst: 10 };
    await pacer.acquire('a', limit);
    const controller = new AbortController();
    const leaving = [1, 2].map(() => rejection(pacer.acquire('a', limit, controller.signal)));
    const staying = pacer.acquire('a', limit);
    controller.abort('gone');
    expect(await Promise.all(leaving)).toEqual(['gone', 'gone']);
    await staying;
    expect(await rejection(pacer.acquire('a', limit, AbortSignal.abort('no')))).toBe('no');
  });

  it('passes on an error of a budget only to the caller at the head of the queue', async () => {
    let asked = 0;
    const pacer = new Pacer<undefined>(() => ({
      take: () => {
        asked += 1;
        if (asked === 1) throw new Error('no budget');
        return 0;
      },
      isFull: false,
    }));
    const both = await Promise.allSettled([pacer.acquire('a', undefined), pacer.acquire('a', undefined)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  it('forgets accounts that are as good as new, but none in use', async () => {
    const full: Budget<undefined> = { take: () => 0, isFull: true };
    const used: Budget<undefined> = { take: () => 0, isFull: false };
    const busy: Budget<undefined> = { take: () => 60_000, isFull: true };
    const pacer = new Pacer<undefined>((name) => (name === 'busy' ? busy : name === 'used' ? used : full));
    const controller = new AbortController();
    const waiting = rejection(pacer.acquire('busy', undefined, controller.signal));
    await pacer.acquire('used', undefined);
    for (let i = 0; i < 100; i += 1) await pacer.acquire(`full ${String(i)}`, undefined);
    expect(pacer.size).toBe(3);
    controller.abort();
    await waiting;
  });
});
