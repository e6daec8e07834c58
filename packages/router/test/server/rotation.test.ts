/** A day of keys: one an hour, published before it is used, destroyed two minutes after its end. */
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { NO_PEERS } from '../../src/server/fleet/registry.js';
import { KeyStore } from '../../src/server/kem/key-store.js';
import type { DocumentFields, KemKey, Signer } from '../../src/server/protocol/port.js';

const START = 1_800_000_000;
const HOUR = 3_600;
/** How late the clock may be looked at. */
const LATE = 15;

beforeEach(() => {
  jest.useFakeTimers({ now: START * 1_000 });
});
afterEach(() => {
  jest.useRealTimers();
});

const now = (): number => Date.now() / 1_000;

interface Made extends KemKey {
  destroyedAt: number | undefined;
}

async function start(notAfter = START + 30 * 24 * HOUR): Promise<{
  store: KeyStore;
  made: Made[];
  published: () => Promise<DocumentFields>;
}> {
  const made: Made[] = [];
  let signed: DocumentFields | undefined;
  const signer: Signer = {
    ...{ realm: 'router.test', epoch: 1, notBefore: START - 300, notAfter, publicKey: new Uint8Array(32) },
    sign: (fields) => {
      signed = fields;
      return Promise.resolve(new Uint8Array(0));
    },
  };
  const store = await KeyStore.start({
    protocol: {
      makeKey: ({ suite = 1, activeFrom, activeUntil }) => {
        const key: Made = {
          ...{ suite, activeFrom, activeUntil, publicKey: new Uint8Array(0) },
          keyId: `${String(suite)}-${String(activeFrom)}`,
          decapsulate: () => Promise.reject(new Error('not used')),
          destroyedAt: undefined,
          dispose: () => (key.destroyedAt ??= now()),
        };
        made.push(key);
        return Promise.resolve(key);
      },
    },
    ...{ signer, suites: [1, 2], peers: NO_PEERS, maxRequest: 1_000, now, onTrouble: () => undefined },
  });
  const published = async (): Promise<DocumentFields> => {
    await store.document();
    if (signed === undefined) throw new Error('nothing was signed');
    return signed;
  };
  return { store, made, published };
}

it('has a key to use at every moment of a day, and destroys each in time', async () => {
  const { store, made, published } = await start();
  const firstSeen = new Map<number, number>();
  for (let second = 0; second <= 24 * HOUR; second += 30) {
    const { keys, issuedAt, expiresAt } = await published();
    expect(expiresAt - issuedAt).toBeLessThanOrEqual(HOUR);
    for (const suite of [1, 2]) {
      const usable = keys.filter(
        (key) => key.suite === suite && key.activeFrom <= now() && now() < key.activeUntil,
      );
      expect([now() - START, usable.length > 0]).toEqual([now() - START, true]);
    }
    for (const { activeFrom } of keys) firstSeen.set(activeFrom, firstSeen.get(activeFrom) ?? now());
    expect(store.keys.length).toBeLessThanOrEqual(6);
    await jest.advanceTimersByTimeAsync(30_000);
  }
  for (const { activeFrom, activeUntil, destroyedAt } of made) {
    expect(activeUntil - activeFrom).toBe(HOUR);
    // Known to clients a quarter of an hour before it is used; but for the first, which nothing could announce.
    if (activeFrom > START) {
      expect(activeFrom - (firstSeen.get(activeFrom) ?? 0)).toBeGreaterThan(HOUR / 4 - 60);
    }
    const end = activeUntil + 120;
    if (end + LATE < now()) {
      expect([destroyedAt !== undefined, destroyedAt]).toEqual([true, expect.any(Number)]);
    }
    if (destroyedAt !== undefined) {
      expect(destroyedAt).toBeGreaterThanOrEqual(end);
      expect(destroyedAt).toBeLessThanOrEqual(end + LATE);
    }
  }
  // One in 45 minutes, of each suite: the next becomes active before the last is over.
  expect(made.length).toBeGreaterThan(60);
  store.close();
  expect(made.every(({ destroyedAt }) => destroyedAt !== undefined)).toBe(true);
});

it('publishes nothing once the signer is over', async () => {
  const { store, published } = await start(START + HOUR);
  expect([store.canPublish, (await published()).expiresAt]).toEqual([true, START + HOUR]);
  await jest.advanceTimersByTimeAsync(HOUR * 1_000);
  expect(store.canPublish).toBe(false);
  store.close();
});
