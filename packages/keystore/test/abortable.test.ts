import { describe, expect, it } from '@jest/globals';
import { abortable } from '../src/abortable.js';
import { rejection } from './support/keys.js';

const never = new Promise<never>(() => undefined);

describe('abortable', () => {
  it('gives what the promise gives', async () => {
    expect(await abortable(Promise.resolve(7), undefined)).toBe(7);
    expect(await abortable(Promise.resolve(7), new AbortController().signal)).toBe(7);
    const error = new Error('no');
    expect(await rejection(abortable(Promise.reject(error), new AbortController().signal))).toBe(error);
  });

  it("ends with the signal's own reason, whatever it is", async () => {
    const controller = new AbortController();
    const waiting = rejection(abortable(never, controller.signal));
    controller.abort('the user left');
    expect(await waiting).toBe('the user left');
    expect(await rejection(abortable(never, controller.signal))).toBe('the user left');
  });
});
