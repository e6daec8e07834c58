import { describe, expect, it } from '@jest/globals';
import { InvalidArgumentError, SecurityError } from '@nomyo/base';
import { createHash } from 'node:crypto';
import {
  ServerKeyCache,
  type ServerKeyCacheOptions,
  type ServerKeyChange,
} from '../../src/policy/server-key.js';
import { APIConnectionError } from '../../src/errors/errors.js';
import { rejection } from '../support/peer.js';

interface Key {
  readonly fingerprint: string;
}

const keyOf = (name: string): Key => ({
  fingerprint: `sha256/${createHash('sha256').update(name).digest('base64')}`,
});

/** A router whose answers a test gives by hand. */
class Router {
  readonly loads: { signal: AbortSignal; resolve: (key: Key) => void; reject: (error: Error) => void }[] = [];
  readonly load = (signal: AbortSignal): Promise<Key> =>
    new Promise((resolve, reject) => void this.loads.push({ signal, resolve, reject }));
}

const cacheOf = (more: Partial<ServerKeyCacheOptions<Key>> = {}) => {
  const router = new Router();
  const clock = { now: 0 };
  const cache = new ServerKeyCache<Key>({ load: router.load, ttl: 1000, now: () => clock.now, ...more });
  return { router, clock, cache };
};

describe('ServerKeyCache', () => {
  it('fetches once for many waiters, and keeps the key', async () => {
    const { router, cache } = cacheOf();
    const waiting = Promise.all(Array.from({ length: 50 }, () => cache.get()));
    const key = keyOf('a');
    router.loads[0]?.resolve(key);
    expect(new Set(await waiting)).toEqual(new Set([key]));
    expect(await cache.get()).toBe(key);
    expect(cache.peek()).toBe(key);
    expect(router.loads).toHaveLength(1);
  });

  it('refetches when the key is too old, or the clock was set back', async () => {
    const { router, clock, cache } = cacheOf();
    clock.now = 5000;
    const first = cache.get();
    router.loads[0]?.resolve(keyOf('a'));
    await first;
    clock.now = 5999;
    expect(cache.peek()).toBeDefined();
    for (const now of [6000, 4999]) {
      clock.now = now;
      expect(cache.peek()).toBeUndefined();
    }
    void cache.get();
    expect(router.loads).toHaveLength(2);
  });

  it('with a ttl of 0 fetches for every call', async () => {
    const { router, cache } = cacheOf({ ttl: 0 });
    for (let i = 0; i < 3; i += 1) {
      const pending = cache.get();
      router.loads[i]?.resolve(keyOf('a'));
      await pending;
    }
    expect(router.loads).toHaveLength(3);
  });

  it('gives a failure to all waiters, and keeps nothing of it', async () => {
    const { router, cache } = cacheOf();
    const waiting = [rejection(cache.get()), rejection(cache.get())];
    const failure = new Error('no network');
    router.loads[0]?.reject(failure);
    expect(await Promise.all(waiting)).toEqual([failure, failure]);
    const again = cache.get();
    router.loads[1]?.resolve(keyOf('a'));
    expect(await again).toEqual(keyOf('a'));
  });

  it('treats a load that throws at once as one that fails', async () => {
    const { cache } = cacheOf({
      load: () => {
        throw new Error('at once');
      },
    });
    expect(await rejection(cache.get())).toMatchObject({ message: 'at once' });
  });

  describe('an abort', () => {
    it('of one waiter does not disturb the others', async () => {
      const { router, cache } = cacheOf();
      const controller = new AbortController();
      const leaves = rejection(cache.get(controller.signal));
      const stays = cache.get();
      controller.abort('gone');
      expect(await leaves).toBe('gone');
      expect(router.loads[0]?.signal.aborted).toBe(false);
      router.loads[0]?.resolve(keyOf('a'));
      expect(await stays).toEqual(keyOf('a'));
      expect(router.loads).toHaveLength(1);
    });

    it('of the last waiter ends the fetch; the next caller starts another', async () => {
      const { router, cache } = cacheOf();
      const controllers = [new AbortController(), new AbortController()];
      const leaving = controllers.map(({ signal }) => rejection(cache.get(signal)));
      for (const controller of controllers) controller.abort('gone');
      expect(await Promise.all(leaving)).toEqual(['gone', 'gone']);
      expect(router.loads[0]?.signal.aborted).toBe(true);
      const next = cache.get();
      expect(router.loads).toHaveLength(2);
      router.loads[1]?.resolve(keyOf('new'));
      expect(await next).toEqual(keyOf('new'));
      // The abandoned fetch ignored the abort and returns an old key, which is not used.
      router.loads[0]?.resolve(keyOf('old'));
      await new Promise((resolve) => setTimeout(resolve, 0));
      expect(cache.peek()).toEqual(keyOf('new'));
    });

    it('before the call fetches nothing', async () => {
      const { router, cache } = cacheOf();
      expect(await rejection(cache.get(AbortSignal.abort('no')))).toBe('no');
      expect(router.loads).toHaveLength(0);
    });
  });

  describe('pins', () => {
    it('accept any of the pinned keys', async () => {
      const { router, cache } = cacheOf({ pins: [keyOf('x').fingerprint, keyOf('a').fingerprint] });
      const pending = cache.get();
      router.loads[0]?.resolve(keyOf('a'));
      expect(await pending).toEqual(keyOf('a'));
    });

    it('refuse any other, which is never kept, and say which it was', async () => {
      const { router, cache } = cacheOf({ pins: [keyOf('a').fingerprint] });
      const pending = rejection(cache.get());
      router.loads[0]?.resolve(keyOf('evil'));
      const error = await pending;
      expect(error).toBeInstanceOf(SecurityError);
      expect(error).toMatchObject({ code: 'SERVER_KEY_NOT_PINNED' });
      expect((error as Error).message).toContain(keyOf('evil').fingerprint);
      expect(cache.peek()).toBeUndefined();
    });

    it('that fail after a doubt leave the old key where it was', async () => {
      const { router, cache } = cacheOf({ pins: [keyOf('a').fingerprint] });
      const first = cache.get();
      router.loads[0]?.resolve(keyOf('a'));
      const stale = await first;
      const refreshed = (cache.doubt(stale), rejection(cache.get()));
      router.loads[1]?.resolve(keyOf('evil'));
      expect(await refreshed).toMatchObject({ code: 'SERVER_KEY_NOT_PINNED' });
      expect(cache.peek()).toBe(stale);
    });

    const good = keyOf('a').fingerprint;
    it.each([
      'sha256/',
      'sha256/AAAA',
      good.slice(7),
      good.replace('sha256', 'sha1'),
      good.replace('=', ''),
      `${good} `,
      // The same bytes, but for two bits behind the last of them.
      `sha256/${'A'.repeat(42)}B=`,
      7,
    ])('refuse the pin %p', (pin) => {
      expect(() => cacheOf({ pins: [pin as string] })).toThrow(InvalidArgumentError);
    });
  });

  describe('onChange', () => {
    it('is told of a changed key, even after the old one was forgotten, and of nothing else', async () => {
      const changes: ServerKeyChange[] = [];
      const { router, cache } = cacheOf({ onChange: (change) => void changes.push(change) });
      for (const name of ['a', 'a', 'b']) {
        const pending = cache.get();
        router.loads.at(-1)?.resolve(keyOf(name));
        await pending;
        cache.clear();
      }
      expect(changes).toEqual([{ previous: keyOf('a').fingerprint, current: keyOf('b').fingerprint }]);
    });

    it('can refuse the key', async () => {
      const refusal = new SecurityError('POLICY_VIOLATION', 'no');
      const { router, cache } = cacheOf({
        ttl: 0,
        onChange: () => {
          throw refusal;
        },
      });
      const first = cache.get();
      router.loads[0]?.resolve(keyOf('a'));
      await first;
      for (const i of [1, 2]) {
        const pending = rejection(cache.get());
        router.loads[i]?.resolve(keyOf('b'));
        expect(await pending).toBe(refusal);
      }
    });
  });

  it('clear() forgets the key and what is on its way', async () => {
    const { router, cache } = cacheOf();
    const pending = cache.get();
    cache.clear();
    router.loads[0]?.resolve(keyOf('a'));
    expect(await pending).toEqual(keyOf('a'));
    expect(cache.peek()).toBeUndefined();
  });
});

describe('a doubt about the key', () => {
  const MINUTE = 60_000;
  const fetched = async () => {
    const made = cacheOf({ ttl: 100 * MINUTE });
    const first = made.cache.get();
    made.router.loads[0]?.resolve(keyOf('a'));
    return { ...made, key: await first };
  };

  it('makes the next call, and only that, fetch it again', async () => {
    const { router, cache, key } = await fetched();
    cache.doubt(key);
    const waiting = [cache.get(), cache.get()];
    expect(router.loads).toHaveLength(2);
    const fresh = keyOf('b');
    router.loads[1]?.resolve(fresh);
    expect(await Promise.all(waiting)).toEqual([fresh, fresh]);
    expect(await cache.get()).toBe(fresh);
    expect(router.loads).toHaveLength(2);
  });

  it('counts once a minute while the key stays the same', async () => {
    const { router, clock, cache, key } = await fetched();
    const doubted = async (loads: number): Promise<void> => {
      cache.doubt(await cache.get());
      const next = cache.get();
      router.loads[loads - 1]?.resolve(key);
      await next;
      expect(router.loads).toHaveLength(loads);
    };
    await doubted(2);
    await doubted(2);
    clock.now += MINUTE - 1;
    await doubted(2);
    clock.now += 1;
    await doubted(3);
  });

  it('counts at once after one that was right', async () => {
    const { router, cache, key } = await fetched();
    cache.doubt(key);
    const next = cache.get();
    router.loads[1]?.resolve(keyOf('b'));
    cache.doubt(await next);
    void cache.get().catch(() => undefined);
    expect(router.loads).toHaveLength(3);
    cache.dispose();
  });

  it('leaves the kept key in use where it cannot be fetched', async () => {
    const { router, cache, key } = await fetched();
    cache.doubt(key);
    const next = cache.get();
    router.loads[1]?.reject(new APIConnectionError('away', { possiblyExecuted: false }));
    expect(await next).toBe(key);
    expect(await cache.get()).toBe(key);
  });

  it('is shared by all holders of the key, even late ones', async () => {
    const { router, cache, key } = await fetched();
    const ask = () => {
      cache.doubt(key);
      return cache.get();
    };
    const waiting = Promise.all(Array.from({ length: 20 }, ask));
    router.loads[1]?.resolve(keyOf('b'));
    expect(new Set(await waiting)).toEqual(new Set([keyOf('b')]));
    expect(await ask()).toEqual(keyOf('b'));
    expect(router.loads).toHaveLength(2);
  });

  it('is not settled by a caller that leaves', async () => {
    const { router, cache, key } = await fetched();
    cache.doubt(key);
    const controller = new AbortController();
    const left = rejection(cache.get(controller.signal));
    controller.abort(new Error('left'));
    expect(await left).toMatchObject({ message: 'left' });
    const next = cache.get();
    router.loads[2]?.resolve(keyOf('b'));
    expect(await next).toEqual(keyOf('b'));
  });

  it('counts at once after one that led to a key that was refused', async () => {
    const { router, cache, key } = await fetched();
    for (const loads of [2, 3]) {
      cache.doubt(key);
      const next = rejection(cache.get());
      router.loads[loads - 1]?.reject(new SecurityError('SERVER_KEY_CHANGED', 'x'));
      expect(await next).toMatchObject({ code: 'SERVER_KEY_CHANGED' });
      expect(await cache.get()).toBe(key);
      expect(router.loads).toHaveLength(loads);
    }
  });

  it('does not outweigh a pin', async () => {
    const pins = [keyOf('a').fingerprint];
    const { router, cache } = cacheOf({ pins });
    const first = cache.get();
    router.loads[0]?.resolve(keyOf('a'));
    cache.doubt(await first);
    const next = rejection(cache.get());
    router.loads[1]?.resolve(keyOf('evil'));
    expect(await next).toMatchObject({ code: 'SERVER_KEY_NOT_PINNED' });
  });
});

describe('a timeout of get()', () => {
  it('ends the wait of one caller, and the fetch when no caller is left', async () => {
    const { router, cache } = cacheOf();
    const patient = cache.get();
    expect(await rejection(cache.get(undefined, 20))).toMatchObject({
      code: 'CONNECTION_TIMEOUT',
      possiblyExecuted: false,
    });
    expect(router.loads[0]?.signal.aborted).toBe(false);
    router.loads[0]?.resolve(keyOf('a'));
    expect(await patient).toEqual(keyOf('a'));
    cache.clear();
    await rejection(cache.get(undefined, 20));
    expect(router.loads[1]?.signal.aborted).toBe(true);
  });

  it('respects the signal first', async () => {
    const { cache } = cacheOf();
    const controller = new AbortController();
    const pending = rejection(cache.get(controller.signal, 60_000));
    controller.abort('left');
    expect(await pending).toBe('left');
  });
});

describe('dispose()', () => {
  it('ends a fetch under way; nothing is reported or kept afterwards', async () => {
    const told: unknown[] = [];
    const { router, cache } = cacheOf({ onChange: (change) => told.push(change) });
    const waiting = rejection(cache.get());
    cache.dispose();
    expect(router.loads[0]?.signal.aborted).toBe(true);
    router.loads[0]?.resolve(keyOf('a'));
    expect(await waiting).toMatchObject({ code: 'DISPOSED' });
    expect(await rejection(cache.get())).toMatchObject({ code: 'DISPOSED' });
    expect([told, router.loads.length, cache.peek()]).toEqual([[], 1, undefined]);
  });
});
