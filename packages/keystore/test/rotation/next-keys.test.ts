import { describe, expect, it } from '@jest/globals';
import { SecureByteContext } from '@nomyo/crypto';
import { NextKeys } from '../../src/rotation/next-keys.js';
import { rejection } from '../support/keys.js';

const counter = (): { made: SecureByteContext[]; make: () => Promise<SecureByteContext> } => {
  const made: SecureByteContext[] = [];
  const make = (): Promise<SecureByteContext> => {
    const key = new SecureByteContext(Uint8Array.of(made.length + 1));
    made.push(key);
    return Promise.resolve(key);
  };
  return { made, make };
};

describe('the next key', () => {
  it('is made once, however often it is asked for', async () => {
    const { made, make } = counter();
    const next = new NextKeys(make);
    await Promise.all([next.prepare(), next.prepare()]);
    await next.prepare();
    expect(made).toHaveLength(1);
    expect(await next.take()).toBe(made[0]);
  });

  it('is made again after it was taken, or when none was prepared', async () => {
    const { made, make } = counter();
    const next = new NextKeys(make);
    expect(await next.take()).toBe(made[0]);
    await next.prepare();
    expect(await next.take()).toBe(made[1]);
  });

  it('is one of several held ready, made one at a time and taken in order', async () => {
    const { made, make } = counter();
    let underWay = 0;
    const next = new NextKeys(async () => {
      underWay += 1;
      expect(underWay).toBe(1);
      const key = await make();
      underWay -= 1;
      return key;
    }, 3);
    await next.prepare();
    expect(made).toHaveLength(3);
    expect(await next.take()).toBe(made[0]);
    expect(await next.take()).toBe(made[1]);
    await next.prepare();
    expect(made).toHaveLength(5);
    const rest = [await next.take(), await next.take(), await next.take()];
    expect(rest).toEqual([made[2], made[3], made[4]]);
    await next.prepare();
    next.dispose();
    await Promise.resolve();
    expect(made.slice(5).map(({ disposed }) => disposed)).toEqual([true, true, true]);
  });

  it('can be tried again after a failure', async () => {
    const { made, make } = counter();
    let fails = true;
    const next = new NextKeys<SecureByteContext>(() =>
      fails ? Promise.reject(new Error('no entropy')) : make(),
    );
    expect(await rejection(next.prepare())).toMatchObject({ message: 'no entropy' });
    fails = false;
    await next.prepare();
    expect(made).toHaveLength(1);
  });

  it('is wiped with its owner, even while it is being made', async () => {
    const { made, make } = counter();
    const next = new NextKeys(make);
    await next.prepare();
    next.dispose();
    await Promise.resolve();
    expect(made[0]?.disposed).toBe(true);

    let finish = (): void => undefined;
    const late = new SecureByteContext(Uint8Array.of(1));
    const slow = new NextKeys<SecureByteContext>(
      () => new Promise((resolve) => (finish = () => resolve(late))),
    );
    const preparation = slow.prepare();
    slow.dispose();
    finish();
    expect(await rejection(preparation)).toMatchObject({ code: 'DISPOSED' });
    expect(late.disposed).toBe(true);
    expect(await rejection(slow.take())).toMatchObject({ code: 'DISPOSED' });
  });
});
