import { describe, expect, it } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { abortable } from '@nomyo/base';
import { withDeadline } from '../../src/client/deadline.js';
import { rejection } from '../support/peer.js';

describe('withDeadline', () => {
  const expired = () => new Error('expired');
  const untilAborted = (signal: AbortSignal) => abortable(new Promise<never>(() => undefined), signal);

  it('ends with the result of expired() at that moment', async () => {
    expect(await rejection(withDeadline({ timeout: 5, expired }, untilAborted))).toMatchObject({
      message: 'expired',
    });
  });

  it('gives the reason of the caller, whatever the task throws', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const task = (ended: AbortSignal) =>
      untilAborted(ended).catch(() => Promise.reject(new Error('in other words')));
    const pending = rejection(withDeadline({ timeout: 60_000, signal, expired }, task));
    controller.abort('mine');
    expect(await pending).toBe('mine');
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('leaves no listener behind', async () => {
    const { signal } = new AbortController();
    expect(await withDeadline({ timeout: 60_000, signal, expired }, () => Promise.resolve(7))).toBe(7);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
