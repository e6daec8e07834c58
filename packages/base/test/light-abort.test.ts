import { expect, it } from '@jest/globals';
import { abortable, LightAbortController } from '../src/index.js';
import { rejection } from './support.js';

it('calls each listener once, and no removed listener', () => {
  const { signal } = new LightAbortController();
  const heard: string[] = [];
  const gone = (): void => void heard.push('gone');
  signal.addEventListener('abort', () => heard.push('first'));
  signal.addEventListener('abort', gone);
  signal.addEventListener('abort', () => heard.push('second'));
  signal.removeEventListener('abort', gone);
  signal.abort('reason');
  signal.abort('again');
  expect(heard).toEqual(['first', 'second']);
});

it('keeps the first reason, whatever it is', () => {
  const controller = new LightAbortController();
  expect(controller.aborted).toBe(false);
  expect(() => controller.throwIfAborted()).not.toThrow();
  controller.abort(undefined);
  controller.abort('again');
  expect(controller.aborted).toBe(true);
  expect(controller.reason).toBe(undefined);
  let thrown: unknown = 'nothing';
  try {
    controller.throwIfAborted();
  } catch (reason) {
    thrown = reason;
  }
  expect(thrown).toBe(undefined);
});

it('lets a listener remove another while listeners are called', () => {
  const { signal } = new LightAbortController();
  const heard: string[] = [];
  const later = (): void => void heard.push('later');
  signal.addEventListener('abort', () => signal.removeEventListener('abort', later));
  signal.addEventListener('abort', later);
  signal.addEventListener('abort', () => heard.push('last'));
  signal.abort('reason');
  expect(heard).toEqual(['last']);
});

it('ends a wait on it', async () => {
  const controller = new LightAbortController();
  const waiting = rejection(abortable(new Promise(() => undefined), controller.signal));
  controller.abort('reason');
  expect(await waiting).toBe('reason');
});

it.each(['before', 'after'])('has a real signal, asked for %s it was aborted', (when) => {
  const reason = new Error('reason');
  const controller = new LightAbortController();
  const early = when === 'before' ? controller.toAbortSignal() : undefined;
  controller.abort(reason);
  const real = controller.toAbortSignal();
  expect(real).toBeInstanceOf(AbortSignal);
  expect(real).toBe(early ?? real);
  expect(real).toBe(controller.toAbortSignal());
  expect(real.aborted).toBe(true);
  expect(real.reason).toBe(reason);
});
