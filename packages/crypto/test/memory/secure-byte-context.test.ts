import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { DisposedError, getMemoryProtectionInfo, SecureByteContext, type Bytes } from '../../src/index.js';
import { caught, wrongArgument } from '../support/errors.js';

const secret = (): Bytes => new Uint8Array(new TextEncoder().encode('correct horse battery staple'));
const zeros = (bytes: Uint8Array): boolean => bytes.byteLength > 0 && bytes.every((byte) => byte === 0);

/** The view that `use` hands out, kept beyond its time. */
function kept(context: SecureByteContext): Bytes {
  return context.borrow((bytes) => bytes);
}

describe('SecureByteContext', () => {
  it('takes the bytes over and wipes the source', () => {
    const source = secret();
    const context = new SecureByteContext(source);
    expect(zeros(source)).toBe(true);
    expect(context.length).toBe(28);
    expect(context.use((bytes) => [...bytes])).toEqual([...secret()]);
  });

  it('takes an ArrayBuffer over and wipes it', () => {
    const { buffer } = secret();
    expect(new SecureByteContext(buffer).use((bytes) => bytes.byteLength)).toBe(28);
    expect(zeros(new Uint8Array(buffer))).toBe(true);
  });

  it('wipes only the given view of a larger buffer', () => {
    const whole = Uint8Array.of(1, 2, 3, 4);
    const context = new SecureByteContext(whole.subarray(1, 3));
    expect([...whole]).toEqual([1, 0, 0, 4]);
    expect(context.use((bytes) => [...bytes])).toEqual([2, 3]);
  });

  it.each([undefined, null, 'text', [1, 2], 7, {}, new Uint16Array(2), new DataView(new ArrayBuffer(2))])(
    'refuses %p',
    async (bytes) => {
      expect(await wrongArgument(() => new SecureByteContext(bytes as Uint8Array))).toBe('bytes');
    },
  );

  it('wipes when the function returns', () => {
    let view: Bytes | undefined;
    const context = new SecureByteContext(secret());
    expect(context.use((bytes) => (view = bytes).byteLength)).toBe(28);
    expect(zeros(view ?? new Uint8Array(0))).toBe(true);
    expect([context.disposed, context.length]).toEqual([true, 0]);
  });

  it('wipes when the function throws, and passes the error on', () => {
    let view: Bytes | undefined;
    const context = new SecureByteContext(secret());
    const fail = (bytes: Bytes): void => {
      view = bytes;
      throw new RangeError('mine');
    };
    expect(() => context.use(fail)).toThrow(new RangeError('mine'));
    expect(zeros(view ?? new Uint8Array(0))).toBe(true);
  });

  it.each([
    ['is fulfilled', async (): Promise<number> => Promise.resolve(1)],
    ['is rejected', async (): Promise<number> => Promise.reject(new RangeError('mine'))],
  ])('keeps the bytes until the promise settles, and wipes them when it %s', async (_, settle) => {
    const context = new SecureByteContext(secret());
    const view = kept(context);
    const settled = context
      .use(async (bytes) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        expect([...bytes]).toEqual([...secret()]);
        return settle();
      })
      .catch(() => 1);
    expect(zeros(view)).toBe(false);
    await settled;
    expect(zeros(view)).toBe(true);
  });

  it('wipes after a thenable that is not a Promise, and after one that fails at once', async () => {
    const context = new SecureByteContext(secret());
    const view = kept(context);
    const thenable = { then: (resolve: (value: string) => void) => setTimeout(() => resolve('done'), 1) };
    expect(await context.use(() => thenable as unknown as Promise<string>)).toBe('done');
    expect(zeros(view)).toBe(true);

    const other = new SecureByteContext(secret());
    const otherView = kept(other);
    const trap = Object.defineProperty({}, 'then', {
      get() {
        throw new RangeError('then');
      },
    });
    expect(() => other.use(() => trap)).toThrow(new RangeError('then'));
    expect(zeros(otherView)).toBe(true);
  });

  it('is used once: sync, async, after an error and while it is in use', async () => {
    const context = new SecureByteContext(secret());
    context.use(() => expect(() => context.use(() => 1)).toThrow(DisposedError));
    expect(() => context.use(() => 1)).toThrow(DisposedError);
    expect(() => context.borrow(() => 1)).toThrow(DisposedError);

    const other = new SecureByteContext(secret());
    const pending = other.use(async () => Promise.resolve());
    expect(() => other.use(() => 1)).toThrow(DisposedError);
    expect(() => other.borrow(() => 1)).toThrow(DisposedError);
    await pending;
    expect(await caught(() => other.use(() => 1))).toMatchObject({ code: 'DISPOSED' });
  });

  it('is wiped at once by dispose, even while in use', async () => {
    const context = new SecureByteContext(secret());
    const pending = context.use(async (bytes) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return zeros(bytes);
    });
    context.dispose();
    expect(await pending).toBe(true);
    context.dispose();
    expect(context.disposed).toBe(true);
  });

  it('is lent as often as wanted until it is disposed of', () => {
    const context = new SecureByteContext(secret());
    expect(context.borrow((bytes) => bytes[0])).toBe(context.borrow((bytes) => bytes[0]));
    expect(() =>
      context.borrow(() => {
        throw new RangeError('mine');
      }),
    ).toThrow(RangeError);
    expect(context.disposed).toBe(false);
    const view = kept(context);
    context[Symbol.dispose]();
    expect(zeros(view)).toBe(true);
    expect(() => context.borrow(() => 1)).toThrow(DisposedError);
  });

  it('ends with the block of `using`', () => {
    let view: Bytes | undefined;
    {
      using context = new SecureByteContext(secret());
      view = kept(context);
      expect(zeros(view)).toBe(false);
    }
    expect(zeros(view)).toBe(true);
  });

  it('is allocated empty, and filled by borrowing', () => {
    const context = SecureByteContext.allocate(3);
    expect(context.use((bytes) => [...bytes])).toEqual([0, 0, 0]);
    const filled = SecureByteContext.allocate(2);
    filled.borrow((bytes) => bytes.set([7, 8]));
    expect(filled.use((bytes) => [...bytes])).toEqual([7, 8]);
  });

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '7', undefined])(
    'does not allocate %p bytes',
    async (length) => {
      expect(await wrongArgument(() => SecureByteContext.allocate(length as number))).toBe('length');
    },
  );

  it('can be empty', () => {
    expect(SecureByteContext.allocate(0).use((bytes) => bytes.byteLength)).toBe(0);
    expect(new SecureByteContext(new Uint8Array(0)).length).toBe(0);
  });

  it('leaves everything unchanged with secure: false', () => {
    const source = secret();
    const context = new SecureByteContext(source, { secure: false });
    expect([...source]).toEqual([...secret()]);
    const view = kept(context);
    context.dispose();
    expect([...view]).toEqual([...secret()]);
    expect(context.locked).toBe(false);
    expect(() => context.use(() => 1)).toThrow(DisposedError);
  });

  it('shows nothing of its bytes to a log', () => {
    const context = new SecureByteContext(secret());
    const shown = [
      inspect(context, { showHidden: true, getters: true, depth: Number.POSITIVE_INFINITY }),
      inspect({ context }, { showProxy: true, customInspect: false, getters: true, depth: 9 }),
      JSON.stringify({ context }),
      JSON.stringify(Object.entries(context)),

      String(context),
      context.toString(),
      JSON.stringify(Object.getOwnPropertyNames(context)),
    ].join('\n');
    for (const trace of [
      'correct',
      'horse',
      '99, 111',
      '63 6f',
      '636f',
      '99,111',
      'ArrayBuffer',
      'Uint8Array',
    ]) {
      expect(shown).not.toContain(trace);
    }
    expect(shown).toContain('[redacted]');
  });
});

describe('getMemoryProtectionInfo', () => {
  it('describes what is in force', () => {
    const info = getMemoryProtectionInfo();
    expect(['mlock', 'zero-only']).toContain(info.method);
    expect(info.isPlatformSecure).toBe(info.method === 'mlock' && info.canLock);
    expect(info.details).not.toBe('');
  });

  it('says so when protection is off', () => {
    expect(getMemoryProtectionInfo({ secure: false })).toMatchObject({
      method: 'none',
      canLock: false,
      isPlatformSecure: false,
    });
  });
});
