import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { generatePkcs8, RsaPrivateKey } from '@nomyo/crypto';
import { DisposedError, type KeySource, type SharedRateLimit } from '../src/index.js';
import { cleanUp, client, lowLevelClient, rejection, REQUEST, router } from './support.js';

afterEach(cleanUp);

describe('ready()', () => {
  it('makes the keys and fetches the router key, so that the first call is one request', async () => {
    const to = await router();
    const made = client(to);
    await made.ready();
    expect(to.requests).toHaveLength(1);
    await made.create(REQUEST);
    expect(to.requests).toHaveLength(2);
  });
});

describe('dispose()', () => {
  it('can be called twice, and refuses later calls', async () => {
    const to = await router();
    const made = client(to);
    await made.create(REQUEST);
    made.dispose();
    made.dispose();
    made[Symbol.dispose]();
    expect(await rejection(made.create(REQUEST))).toBeInstanceOf(DisposedError);
    expect(await rejection(made.ready())).toBeInstanceOf(DisposedError);
    const low = lowLevelClient(to);
    low.dispose();
    const calls = [
      () => low.fetchServerPublicKey(),
      () => low.generateKeys(),
      () => low.encryptPayload({}),
      () => low.loadKeys('private_key.pem'),
      () => low.decryptResponse(new Uint8Array(4), 'id'),
      () => low.sendSecureRequest({}, '00000000-0000-4000-8000-000000000000'),
    ];
    for (const call of calls) expect(await rejection(call())).toBeInstanceOf(DisposedError);
  });

  it('ends calls under way', async () => {
    const to = await router({ fail: 'never' });
    const made = client(to);
    const call = made.create(REQUEST);
    setTimeout(() => made.dispose(), 300);
    expect(await rejection(call)).toBeInstanceOf(DisposedError);
  });

  it('leaves no listener on the signal of a caller', async () => {
    const to = await router();
    const { signal } = new AbortController();
    const counts = { added: 0, removed: 0 };
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      counts.added += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      counts.removed += 1;
      remove(...args);
    };
    const made = client(to);
    for (let i = 0; i < 3; i += 1) await made.create(REQUEST, { signal });
    expect(counts.added).toBeGreaterThan(0);
    expect(counts.removed).toBe(counts.added);
  });

  it('puts one listener on a signal shared by many calls, so that Node warns of no leak', async () => {
    const to = await router();
    const made = client(to);
    const controller = new AbortController();
    const { signal } = controller;
    await Promise.all(Array.from({ length: 12 }, () => made.create(REQUEST, { signal })));
    to.setFail('never');
    const calls = Array.from({ length: 12 }, () => rejection(made.create(REQUEST, { signal })));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    const reason = new Error('no longer wanted');
    setTimeout(() => controller.abort(reason), 100);
    expect(new Set(await Promise.all(calls))).toEqual(new Set([reason]));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

describe('third-party code', () => {
  it.each(['keys', 'rateLimit'])(
    'in %s gets a complete AbortSignal, which ends with the call',
    async (where) => {
      const to = await router();
      const key = await (await generatePkcs8(2048)).use((der) => RsaPrivateKey.fromPkcs8(der));
      const seen: unknown[] = [];
      const wait = async (signal?: AbortSignal): Promise<never> => {
        seen.push(signal);
        await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
        throw signal?.reason;
      };
      const keys: KeySource = { publicKey: key.publicKey, unwrap: (_, signal) => wait(signal) };
      const rateLimit: SharedRateLimit = { acquire: (_, signal) => wait(signal) };
      const controller = new AbortController();
      const call = rejection(
        client(to, where === 'keys' ? { keys } : { rateLimit }).create(REQUEST, {
          signal: controller.signal,
        }),
      );
      while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      controller.abort('the caller gave up');
      expect(await call).toBe('the caller gave up');
      expect(seen[0]).toBeInstanceOf(AbortSignal);
    },
  );
});
