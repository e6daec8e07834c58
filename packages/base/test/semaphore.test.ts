import { describe, expect, it } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { LightAbortController, Semaphore } from '../src/index.js';
import { rejection } from './support.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A task that ends when it is told to. */
function task() {
  let finish = (): void => undefined;
  const done = new Promise<void>((resolve) => (finish = resolve));
  return { run: () => done, finish: () => finish() };
}

describe('Semaphore', () => {
  it('runs as many tasks at once as it has permits, in the order they came', async () => {
    const semaphore = Semaphore.of(3);
    const order: number[] = [];
    let inside = 0;
    let most = 0;
    const runs = Array.from({ length: 20 }, (_, i) =>
      semaphore.run(async () => {
        order.push(i);
        inside += 1;
        most = Math.max(most, inside);
        await turn();
        inside -= 1;
      }),
    );
    await Promise.all(runs);
    expect(most).toBe(3);
    expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('gives each task its own resource, including one added later', async () => {
    const semaphore = new Semaphore(['a', 'b']);
    const tasks = [task(), task(), task()] as const;
    const inside: string[] = [];
    const runs = tasks.map(({ run }) =>
      semaphore.run((resource) => {
        inside.push(resource);
        return run();
      }),
    );
    expect([...inside].sort()).toEqual(['a', 'b']);
    semaphore.add('c');
    await turn();
    expect([...inside].sort()).toEqual(['a', 'b', 'c']);
    for (const { finish } of tasks) finish();
    await Promise.all(runs);
  });

  it('passes on results and errors, and hands the permit to the next task', async () => {
    const semaphore = new Semaphore(['only']);
    const failing = rejection(semaphore.run(() => Promise.reject(new RangeError('mine'))));
    const next = semaphore.run((resource) => Promise.resolve(resource));
    expect(await failing).toEqual(new RangeError('mine'));
    expect(await next).toBe('only');
  });

  it('rejects with the reason as it is, before the start and in the line', async () => {
    const semaphore = Semaphore.of(1);
    const first = task();
    const running = semaphore.run(first.run);
    const controller = new AbortController();
    let ran = false;
    const waiting = rejection(
      semaphore.run(() => {
        ran = true;
        return Promise.resolve();
      }, controller.signal),
    );
    const behind = semaphore.run(() => Promise.resolve('in'));
    const reason = { why: 'not even an Error' };
    controller.abort(reason);
    expect(await waiting).toBe(reason);
    expect(await rejection(semaphore.run(() => Promise.resolve(), controller.signal))).toBe(reason);
    first.finish();
    await running;
    expect(await behind).toBe('in');
    expect(ran).toBe(false);
  });

  it('leaves a task alone once it has begun', async () => {
    const semaphore = Semaphore.of(1);
    const controller = new LightAbortController();
    const first = task();
    const run = semaphore.run(async () => {
      await first.run();
      return 'done';
    }, controller);
    controller.abort(new Error('too late'));
    first.finish();
    expect(await run).toBe('done');
  });

  // Whichever comes first, the call or the abort: the permit must end up with one of them.
  it.each(Array.from({ length: 12 }, (_, steps) => steps))(
    'loses no permit to a waiter that is aborted %d microtasks after it was called',
    async (steps) => {
      const semaphore = Semaphore.of(1);
      const first = task();
      const running = semaphore.run(first.run);
      const controller = new AbortController();
      const leaving = semaphore
        .run(() => Promise.resolve('in time'), controller.signal)
        .catch((reason: unknown) => reason);
      const behind = semaphore.run(() => Promise.resolve('behind'));
      first.finish();
      for (let i = 0; i < steps; i += 1) await Promise.resolve();
      controller.abort('gone');
      await running;
      expect(['gone', 'in time']).toContain(await leaving);
      expect(await behind).toBe('behind');
      expect(await semaphore.run(() => Promise.resolve('free'))).toBe('free');
    },
  );

  it('loses no permit to a waiter that is aborted twice, or aborted in the turn of its call', async () => {
    const semaphore = Semaphore.of(1);
    const first = task();
    const running = semaphore.run(first.run);
    const leaver = new LightAbortController();
    const waiting = rejection(semaphore.run(() => Promise.resolve(), leaver));
    const others = Array.from({ length: 3 }, (_, i) => semaphore.run(() => Promise.resolve(i)));
    leaver.abort('once');
    leaver.abort('twice');
    first.finish();
    await running;
    expect(await waiting).toBe('once');
    expect(await Promise.all(others)).toEqual([0, 1, 2]);
  });

  it('leaves no listener on a long-lived signal', async () => {
    const semaphore = Semaphore.of(1);
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 10 }, () => semaphore.run(turn, signal)));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
