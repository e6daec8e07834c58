import { describe, expect, it } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { abortable, sleep } from '../src/index.js';
import { rejection } from './support.js';

describe('abortable', () => {
  it('gives what the promise gives, or its error', async () => {
    const { signal } = new AbortController();
    expect(await abortable(Promise.resolve(1), signal)).toBe(1);
    expect(await rejection(abortable(Promise.reject(new Error('x')), signal))).toMatchObject({
      message: 'x',
    });
    expect(await abortable(Promise.resolve(2), undefined)).toBe(2);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it.each([undefined, null, 0, 'text', new Error('x')])(
    'rejects with the reason %p as it is',
    async (reason) => {
      const controller = new AbortController();
      const pending = rejection(abortable(new Promise(() => undefined), controller.signal));
      controller.abort(reason);
      expect(await pending).toBe(controller.signal.reason);
    },
  );

  it('leaves no rejection unhandled', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', listener);
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error('late')), 5));
    expect(await rejection(abortable(late, AbortSignal.abort('now')))).toBe('now');
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', listener);
    expect(unhandled).toEqual([]);
  });
});

describe('sleep', () => {
  it('ends after its time, or with the reason', async () => {
    await sleep(1);
    expect(await rejection(sleep(60_000, AbortSignal.timeout(5)))).toMatchObject({ name: 'TimeoutError' });
    expect(await rejection(sleep(60_000, AbortSignal.abort('x')))).toBe('x');
  });
});
