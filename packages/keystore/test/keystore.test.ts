import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { DisposedError, InvalidArgumentError } from '@nomyo/base';
import type { KeySource } from '@nomyo/crypto';
import { until } from '@nomyo/testkit';
import { KeyStore, type KeyStoreEvent, type KeyStoreOptions } from '../src/index.js';
import { newKey, rejection } from './support/keys.js';

/** A store in memory, with short keys, and its events. */
function memoryStore(options: KeyStoreOptions = {}): { store: KeyStore; events: KeyStoreEvent[] } {
  const events: KeyStoreEvent[] = [];
  const onEvent = (event: KeyStoreEvent): void => void events.push(event);
  return { store: new KeyStore({ keyDir: null, keySize: 2048, onEvent, ...options }), events };
}

const fingerprint = async (store: KeyStore): Promise<string> => {
  const lease = await store.acquire();
  lease.release();
  return lease.keys.publicKey.fingerprint;
};

/** Whether an answer that was sealed to this key opens. */
async function opens(keys: KeySource): Promise<boolean> {
  const wrapped = await keys.publicKey.wrap(new Uint8Array(new ArrayBuffer(32)));
  return keys.unwrap(wrapped).then(
    () => true,
    () => false,
  );
}

describe('in memory', () => {
  it('makes one pair for many callers, and no pair before the first one', async () => {
    const { store, events } = memoryStore();
    expect(store.toJSON()).toEqual({ fingerprint: undefined });
    const leases = await Promise.all([
      store.acquire(),
      store.acquire(),
      store.ready().then(() => store.acquire()),
    ]);
    expect(new Set(leases.map(({ keys }) => keys.publicKey.fingerprint)).size).toBe(1);
    expect(events.map(({ type }) => type)).toEqual(['key-generated']);
    expect(events[0]).toEqual({
      type: 'key-generated',
      fingerprint: leases[0].keys.publicKey.fingerprint,
      path: undefined,
    });
    store.dispose();
  });

  it('makes pairs off the event loop, which keeps turning', async () => {
    const { store } = memoryStore({ keySize: 3072 });
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 0);
    await store.ready();
    clearInterval(timer);
    expect(turns).toBeGreaterThan(20);
    store.dispose();
  });

  it('makes keys of the requested size', async () => {
    const { store } = memoryStore({ keySize: 3072 });
    const { keys } = await store.acquire();
    expect(keys.publicKey.modulusLength).toBe(3072);
    store.dispose();
  });

  it('replaces the pair on demand; a request under way keeps its own', async () => {
    const { store, events } = memoryStore();
    const old = await store.acquire();
    await store.rotate();
    const current = await store.acquire();
    const [previous, now] = [old.keys.publicKey.fingerprint, current.keys.publicKey.fingerprint];
    expect(now).not.toBe(previous);
    expect(await opens(old.keys)).toBe(true);
    old.release();
    expect(await opens(old.keys)).toBe(false);
    expect(await opens(current.keys)).toBe(true);
    expect(events.at(-1)).toEqual({
      type: 'key-rotated',
      previous,
      current: now,
      adopted: false,
      path: undefined,
    });
    store.dispose();
  });

  it('replaces the pair by age, without being asked', async () => {
    const { store, events } = memoryStore({ rotationInterval: 400 });
    await store.ready();
    await until(() => events.filter(({ type }) => type === 'key-rotated').length >= 2);
    store.dispose();
    const told = events.length;
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(events).toHaveLength(told);
  });

  it('lets no pair serve more requests than its limit, however many wait', async () => {
    const { store } = memoryStore({ rotationRequests: 3, rotationInterval: 0 });
    const leases = await Promise.all(Array.from({ length: 10 }, () => store.acquire()));
    const served = new Map<string, number>();
    for (const { keys } of leases) {
      served.set(keys.publicKey.fingerprint, (served.get(keys.publicKey.fingerprint) ?? 0) + 1);
    }
    expect([...served.values()].sort()).toEqual([1, 3, 3, 3]);
    expect(await Promise.all(leases.map(({ keys }) => opens(keys)))).not.toContain(false);
    store.dispose();
    for (const lease of leases) lease.release();
    expect(await Promise.all(leases.map(({ keys }) => opens(keys)))).not.toContain(true);
  });

  it('uses a key of the caller, and finally disposes of it', async () => {
    const { store, events } = memoryStore();
    const key = await newKey();
    store.useKey(key);
    await store.ready();
    expect(await fingerprint(store)).toBe(key.publicKey.fingerprint);
    expect(events.map(({ type }) => type)).toEqual(['key-loaded']);
    await store.rotate();
    expect(await fingerprint(store)).not.toBe(key.publicKey.fingerprint);
    expect(await opens(key)).toBe(false);
    store.dispose();
  });

  it('prefers the key of the caller to one that is being made', async () => {
    const { store, events } = memoryStore();
    const ready = store.ready();
    const key = await newKey();
    store.useKey(key);
    await ready;
    expect(await fingerprint(store)).toBe(key.publicKey.fingerprint);
    expect(events.at(-1)).toMatchObject(
      events.length === 1
        ? { fingerprint: key.publicKey.fingerprint }
        : { current: key.publicKey.fingerprint },
    );
    store.dispose();
  });

  it('refuses anything but a key', () => {
    const { store } = memoryStore();
    expect(() => store.useKey({} as never)).toThrow(InvalidArgumentError);
    store.dispose();
  });

  it('works whatever its listener does', async () => {
    const { store } = memoryStore({
      onEvent: () => {
        throw new Error('the listener is broken');
      },
    });
    await store.rotate();
    expect(await opens((await store.acquire()).keys)).toBe(true);
    store.dispose();
  });
});

describe('acquire', () => {
  it("ends with the reason of the caller's signal; the pair is made anyway", async () => {
    const { store } = memoryStore();
    const controller = new AbortController();
    const waiting = rejection(store.acquire(controller.signal));
    const reason = new Error('too late');
    controller.abort(reason);
    expect(await waiting).toBe(reason);
    expect(await rejection(store.acquire(controller.signal))).toBe(reason);
    await store.ready();
    store.dispose();
  });
});

describe('the end', () => {
  it('refuses later calls, may be repeated, and leaves requests under way their pair', async () => {
    const { store } = memoryStore();
    const lease = await store.acquire();
    store.dispose();
    store.dispose();
    store[Symbol.dispose]();
    for (const call of [store.ready(), store.acquire(), store.rotate()]) {
      expect(await rejection(call)).toBeInstanceOf(DisposedError);
    }
    const key = await newKey();
    expect(() => store.useKey(key)).toThrow(DisposedError);
    expect(await opens(lease.keys)).toBe(true);
    lease.release();
    expect(await opens(lease.keys)).toBe(false);
  });

  it('ends a start that is under way', async () => {
    const { store, events } = memoryStore();
    const waiting = [rejection(store.ready()), rejection(store.acquire())];
    store.dispose();
    for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: 'DISPOSED' });
    expect(events).toEqual([]);
  });

  it('ends a rotation that is under way', async () => {
    const { store, events } = memoryStore();
    await store.ready();
    const waiting = rejection(store.rotate());
    await Promise.resolve();
    store.dispose();
    expect(await waiting).toMatchObject({ code: 'DISPOSED' });
    expect(events.map(({ type }) => type)).toEqual(['key-generated']);
  });
});

describe('inspection', () => {
  it('shows no secret', async () => {
    const { store } = memoryStore({ password: 'correct horse shared' });
    await store.ready();
    const shown = inspect(store, { showHidden: true, depth: 20 }) + JSON.stringify(store);
    expect(shown).not.toContain('horse');
    expect(JSON.stringify(store)).toContain('sha256/');
    store.dispose();
  });
});
