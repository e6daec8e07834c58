import { describe, expect, it } from '@jest/globals';
import { InvalidArgumentError, SecurityError } from '@nomyo/base';
import { createHash } from 'node:crypto';
import {
  ServerKeyCache,
  type ServerKeyCacheOptions,
  type ServerKeyChange,
} from '../../src/policy/server-key.js';
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

  it('fetches anew when the key is too old, or the clock was set back', async () => {
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

  it('gives a failure to all who wait, and keeps nothing of it', async () => {
    const { router, cache } = cacheOf();
    const waiting = [rejection(cache.get()), rejection(cache.get())];
    const failure = new Error('no network');
    router.loads[0]?.reject(failure);
    expect(await Promise.all(waiting)).toEqual([failure, failure]);
    const again = cache.get();
    router.loads[1]?.resolve(keyOf('a'));
    expect(await again).toEqual(keyOf('a'));
  });

  it('takes a load that throws at once for one that fails', async () => {
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
      // The abandoned fetch did not listen and comes back with an old key: nobody takes it.
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

  describe('refresh', () => {
    it('shares one fetch among all who hold the stale key, late ones too', async () => {
      const { router, cache } = cacheOf();
      const first = cache.get();
      router.loads[0]?.resolve(keyOf('a'));
      const stale = await first;
      const refreshed = Promise.all(Array.from({ length: 20 }, () => cache.refresh(stale)));
      router.loads[1]?.resolve(keyOf('b'));
      expect(new Set(await refreshed)).toEqual(new Set([keyOf('b')]));
      expect(await cache.refresh(stale)).toEqual(keyOf('b'));
      expect(router.loads).toHaveLength(2);
    });

    it('gives the same key when it is the same, without fetching it once more for the others', async () => {
      const { router, cache } = cacheOf();
      const first = cache.get();
      router.loads[0]?.resolve(keyOf('a'));
      const stale = await first;
      const refreshed = cache.refresh(stale);
      router.loads[1]?.resolve(keyOf('a'));
      expect((await refreshed).fingerprint).toBe(stale.fingerprint);
      await cache.refresh(stale);
      expect(router.loads).toHaveLength(2);
    });

    it('works with a ttl of 0, too', async () => {
      const { router, cache } = cacheOf({ ttl: 0 });
      const refreshed = cache.refresh(keyOf('a'));
      router.loads[0]?.resolve(keyOf('b'));
      expect(await refreshed).toEqual(keyOf('b'));
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

    it('that fail in a refresh leave the old key where it was', async () => {
      const { router, cache } = cacheOf({ pins: [keyOf('a').fingerprint] });
      const first = cache.get();
      router.loads[0]?.resolve(keyOf('a'));
      const stale = await first;
      const refreshed = rejection(cache.refresh(stale));
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
    it('hears of another key, also after the old one was forgotten, and of no other', async () => {
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
