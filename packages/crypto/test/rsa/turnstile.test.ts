import { describe, expect, it } from '@jest/globals';
import { Turnstile } from '../../src/rsa/turnstile.js';

interface Gate {
  readonly promise: Promise<void>;
  open(): void;
}

function gate(): Gate {
  let open: (() => void) | undefined;
  const promise = new Promise<void>((resolve) => (open = resolve));
  return { promise, open: () => open?.() };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Turnstile', () => {
  it('lets in as many at once as there are resources, each with one of its own', async () => {
    const turnstile = new Turnstile(['a', 'b']);
    const gates = [gate(), gate(), gate()] as const;
    const inside: string[] = [];
    const runs = gates.map(({ promise }) =>
      turnstile.run(async (resource) => {
        inside.push(resource);
        await promise;
        inside.splice(inside.indexOf(resource), 1);
      }),
    );
    await turn();
    expect([...inside].sort()).toEqual(['a', 'b']);
    gates[0].open();
    await turn();
    expect([...inside].sort()).toEqual(['a', 'b']);
    gates[1].open();
    gates[2].open();
    await Promise.all(runs);
    expect(inside).toEqual([]);
  });

  it('lets those who wait in by the order they came', async () => {
    const turnstile = new Turnstile([0]);
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        turnstile.run(async () => {
          await turn();
          order.push(i);
        }),
      ),
    );
    expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('passes results and errors on, and the resource to the next', async () => {
    const turnstile = new Turnstile(['only']);
    const failing = turnstile.run(async () => Promise.reject(new RangeError('mine')));
    const next = turnstile.run(async (resource) => Promise.resolve(resource));
    await expect(failing).rejects.toThrow(new RangeError('mine'));
    expect(await next).toBe('only');
  });

  it('hears an abort before the start and while waiting, with the reason as it is', async () => {
    const turnstile = new Turnstile(['only']);
    const blocked = gate();
    const first = turnstile.run(async () => blocked.promise);
    const controller = new AbortController();
    let ran = false;
    const waiting = turnstile.run(async () => {
      ran = true;
      return Promise.resolve();
    }, controller.signal);
    const behind = turnstile.run(async () => Promise.resolve('in'));
    const reason = { why: 'not even an Error' };
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(turnstile.run(async () => Promise.resolve(), controller.signal)).rejects.toBe(reason);
    blocked.open();
    await first;
    expect(await behind).toBe('in');
    expect(ran).toBe(false);
  });

  it('does not hear an abort any more once the turn has come', async () => {
    const turnstile = new Turnstile(['only']);
    const controller = new AbortController();
    const run = turnstile.run(async () => {
      await turn();
      return 'done';
    }, controller.signal);
    controller.abort(new Error('too late'));
    expect(await run).toBe('done');
    expect(await turnstile.run(async () => Promise.resolve('free'))).toBe('free');
  });

  it('leaves no listener on a signal that lives on', async () => {
    const turnstile = new Turnstile(['only']);
    const { signal } = new AbortController();
    let listeners = 0;
    const counted = new Proxy(signal, {
      get(target, name) {
        if (name === 'addEventListener') listeners += 1;
        if (name === 'removeEventListener') listeners -= 1;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    await Promise.all(Array.from({ length: 10 }, () => turnstile.run(turn, counted)));
    expect(listeners).toBe(0);
  });
});
