import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SecureByteContext, serializeJson } from '../../src/index.js';
import { MAX_JSON_DEPTH } from '../../src/json/parse.js';
import { caught, securityCode, wrongArgument } from '../support/errors.js';
import { anyString, anyValue, serialized } from '../support/json.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Lengths at which a string is measured, written or parted in another way. */
const LENGTHS = [
  0, 1, 3, 4, 5, 80, 85, 86, 255, 256, 257, 1299, 1300, 1301, 1364, 1365, 1366, 2600, 4095, 4096, 4097,
  20_000,
];

function nested(levels: number, wrap: (inner: unknown) => object): object {
  let value: object = wrap('x');
  for (let level = 1; level < levels; level += 1) value = wrap(value);
  return value;
}

describe('bytes of any realm', () => {
  it.each(['new Uint8Array([72, 105])', 'new Uint8Array([0, 72, 105]).subarray(1)'])(
    'are UTF-8 text: %s of another one',
    (code) => {
      expect(serialized({ text: runInNewContext(code) as unknown })).toBe('{"text":"Hi"}');
    },
  );

  it.each([
    new Uint16Array([1, 2]),
    new Float32Array(2),
    new DataView(new ArrayBuffer(2)),
    new ArrayBuffer(2),
    runInNewContext('new ArrayBuffer(2)') as object,
    runInNewContext('new Int8Array(2)') as object,
  ])('are refused when they are not a Uint8Array, and never written as an object: %p', async (binary) => {
    expect(await wrongArgument(() => serializeJson({ binary }))).toBe('payload.binary');
  });
});

describe('wrapper objects', () => {
  const foreign = (code: string): unknown => runInNewContext(code);

  it.each([
    'new Number(3)',
    "new String('a\"b')",
    'new Boolean(false)',
    'Object.assign(new Number(3), { valueOf: () => 4 })',
    '[new String("x"), { n: new Number(-0) }]',
    'new (class Temperature extends Number {})(0.7)',
    'Object.create(Number.prototype)',
    'new Date(0)',
  ])('of another realm become what JSON.stringify makes of them: %s', (code) => {
    expect(serialized({ a: foreign(code) })).toBe(JSON.stringify({ a: foreign(code) }));
  });

  it('of a BigInt of another realm is refused as one', async () => {
    expect(await wrongArgument(() => serializeJson({ n: foreign('Object(9n)') }))).toBe('payload.n');
  });
});

describe('serializeJson', () => {
  it.each<[string, unknown]>([
    ['an empty object', {}],
    ['an empty array', []],
    ['omitted members', { a: undefined, b: () => 1, c: Symbol('c'), d: 1 }],
    ['nothing but omitted members', { a: undefined }],
    ['an array of what is omitted in objects', [undefined, () => 1, Symbol('x'), null]],
    ['a sparse array', Object.assign(new Array<number>(3), { 2: 3 })],
    ['numbers', [0, -0, 1.5, -1e-7, 1e21, 123456789012345680000, 5e-324]],
    ['wrapper objects', [new Number(3), new String('a"b'), new Boolean(false)]],
    [
      'wrapper objects with a conversion of their own',
      [
        Object.assign(new Number(3), { valueOf: () => 4 }),
        Object.assign(new String('a'), { toString: () => 'b' }),
      ],
    ],
    ['dates', [new Date(0), new Date(Number.NaN)]],
    [
      'a toJSON that is given its key',
      { a: { toJSON: (key: string) => `key ${key}` }, b: [{ toJSON: (key: unknown) => [key, typeof key] }] },
    ],
    ['a toJSON that gives undefined', { a: { toJSON: () => undefined }, b: [{ toJSON: () => undefined }] }],
    ['a toJSON that gives a wrapper', { a: { toJSON: () => new String('x') } }],
    ['a toJSON that is no function', { toJSON: 7 }],
    ['a function with a toJSON', { f: Object.assign(() => 1, { toJSON: () => 'f' }) }],
    ['a toJSON at the top', { toJSON: () => ({ a: 1 }) }],
    ['integer keys first, then in the order they were made', { b: 1, 2: 1, a: 1, 1: 1 }],
    [
      'symbol keys and keys that are not enumerable',
      Object.defineProperty({ [Symbol('s')]: 1, a: 1 }, 'hidden', { value: 1 }),
    ],
    ['inherited members', Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } })],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 })],
    ['a member named __proto__', JSON.parse('{"__proto__":{"a":1}}')],
    ['an array with members', Object.assign([1, 2], { extra: 3 })],
    [
      'an instance of a class without members',
      new (class {
        readonly #hidden = 1;
        read(): number {
          return this.#hidden;
        }
      })(),
    ],
    ['an object without a prototype', Object.create(null)],
    ['one object twice', ((shared) => ({ a: shared, b: [shared, shared] }))({ x: 1 })],
    ['a proxy of an object and of an array', [new Proxy({ a: 1 }, {}), new Proxy([1, 2], {})]],
    [
      'class instances with getters',
      new (class {
        readonly field = 1;
        get getter() {
          return this.field + 1;
        }
      })(),
    ],
  ])('writes what JSON.stringify writes: %s', (_, value) => {
    expect(serialized(value)).toBe(JSON.stringify(value));
  });

  it('escapes every code unit as JSON.stringify does', () => {
    const all = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));
    expect(serialized({ all })).toBe(JSON.stringify({ all }));
    expect(serialized([all.join('')])).toBe(JSON.stringify([all.join('')]));
    expect(serialized([all.toReversed().join('x')])).toBe(JSON.stringify([all.toReversed().join('x')]));
  });

  it.each([
    'a',
    '"',
    '\\',
    '\u0001',
    '\n',
    'é',
    '界',
    '，',
    '\uFFFD',
    '😀',
    '\ud800',
    '\udc00',
    'aé"😀\ud800',
  ])('writes %j repeated to every length at which something changes', (piece) => {
    for (const length of LENGTHS) {
      for (const text of [
        piece.repeat(length),
        `${'a'.repeat(length)}${piece}`,
        `${piece}${'b'.repeat(length)}${piece}`,
      ]) {
        expect(serialized([text]) === JSON.stringify([text])).toBe(true);
      }
    }
  });

  it('does not split a surrogate pair where a long string is measured piece by piece', () => {
    for (let before = 1290; before < 1310; before += 1) {
      const text = `${'a'.repeat(before)}${'😀'.repeat(5000)}`;
      expect(serialized([text]) === JSON.stringify([text])).toBe(true);
    }
  });

  it('writes what JSON.stringify writes for random values, keys and strings', () => {
    fc.assert(
      fc.property(anyValue, (value) => expect(serialized([value])).toBe(JSON.stringify([value]))),
      { numRuns: 2000 },
    );
    const long = fc.array(anyString, { minLength: 20, maxLength: 60 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(long, (text) => expect(serialized([text])).toBe(JSON.stringify([text]))),
      { numRuns: 300 },
    );
  });

  it('keeps everything when short values outgrow their memory, again and again', () => {
    const value = Array.from({ length: 3000 }, (_, i) => ({
      [`"${String(i)}`]: i % 7 === 0 ? 'é\n'.repeat(i) : i,
    }));
    expect(serialized(value) === JSON.stringify(value)).toBe(true);
  });

  it('takes memory of exactly the length of the JSON', () => {
    const value = { a: 'é"'.repeat(3000), b: [1, null] };
    const json = serializeJson(value);
    expect(json.length).toBe(Buffer.byteLength(JSON.stringify(value)));
    expect(json.borrow((bytes) => bytes.buffer.byteLength)).toBe(json.length);
  });
});

describe('bytes in place of a string', () => {
  it('become the JSON string that the text would become', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(serialized({ text: utf8(text), list: [utf8(text)] })).toBe(
          JSON.stringify({ text, list: [text] }),
        );
      }),
      { numRuns: 500 },
    );
    for (const length of LENGTHS) {
      const text = '"é\n'.repeat(length);
      expect(serialized([utf8(text)]) === JSON.stringify([text])).toBe(true);
    }
  });

  it('may be a Buffer, whose toJSON is not called, a view, or the result of a toJSON', () => {
    expect(serialized([Buffer.from('a"')])).toBe('["a\\""]');
    expect(serialized([utf8('xabx').subarray(1, 3)])).toBe('["ab"]');
    expect(serialized([{ toJSON: () => utf8('ab') }])).toBe('["ab"]');
    expect(serialized([new Uint8Array(0)])).toBe('[""]');
  });

  it('are read directly, whatever their class overrides', () => {
    class Odd extends Uint8Array {
      override subarray(): Uint8Array<ArrayBuffer> {
        return new Uint8Array(0);
      }
    }
    expect(serialized([new Odd(utf8('a"b'))])).toBe('["a\\"b"]');
  });

  it('stay unchanged with the caller', () => {
    const bytes = utf8('a"b');
    serializeJson([bytes]);
    expect([...bytes]).toEqual([...utf8('a"b')]);
  });

  it.each([
    ['a lone first byte', [0xc3]],
    ['a lone continuation', [0x80]],
    ['an overlong form of two bytes', [0xc0, 0xaf]],
    ['an overlong form of three', [0xe0, 0x9f, 0xbf]],
    ['an overlong form of four', [0xf0, 0x8f, 0xbf, 0xbf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a code point above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a cut character', [0xf0, 0x9f, 0x98]],
    ['a first byte that is none', [0xf5, 0x80, 0x80, 0x80]],
    ['0xff', [0xff]],
  ])('are refused when they are not UTF-8: %s', async (_, bytes) => {
    for (const around of [[], [0x61], [0x22, 0x61]]) {
      const text = Uint8Array.from([...around, ...bytes, ...around]);
      expect(await wrongArgument(() => serializeJson({ text }))).toBe('payload');
    }
  });

  it('are UTF-8 exactly when TextDecoder says so', () => {
    const likely = fc.oneof(
      fc.integer({ min: 0x80, max: 0xbf }),
      fc.integer({ min: 0xc0, max: 0xff }),
      fc.constantFrom(0x61, 0xe0, 0xed, 0xf0, 0xf4, 0x9f, 0xa0, 0x8f, 0x90),
    );
    fc.assert(
      fc.property(fc.array(likely, { maxLength: 6 }), (values) => {
        const bytes = Uint8Array.from(values);
        let expected: string | undefined;
        try {
          expected = JSON.stringify([
            new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
          ]);
        } catch {
          expected = undefined;
        }
        let written: string | undefined;
        try {
          written = serialized([bytes]);
        } catch {
          written = undefined;
        }
        expect(written).toBe(expected);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('a value that changes while it is written', () => {
  const changing = (first: Uint8Array, change: () => void): object => ({
    first,
    get second() {
      change();
      return 1;
    },
  });

  it.each([
    ['more escapes', 'aaaa', '""""'],
    ['fewer escapes', '""""', 'aaaa'],
    ['an end of the string and a member of its own', 'aaaaaaaaaaaaa', '","admin":"y"'],
    ['control characters', 'aaaa', '\u0000\u0001\n\t'],
    ['more escapes in one of many pieces', 'a'.repeat(20_000), `${'a'.repeat(10_000)}\u0001`],
  ])('is a typed error, never other JSON: %s', async (_, before, after) => {
    const bytes = utf8(before);
    expect(await wrongArgument(() => serializeJson(changing(bytes, () => bytes.set(utf8(after)))))).toBe(
      'payload',
    );
  });

  it('is written as it is at that moment, if its length is the same', () => {
    const bytes = utf8('a"b');
    expect(serialized(changing(bytes, () => bytes.set(utf8('"cd'))))).toBe('{"first":"\\"cd","second":1}');
  });

  it('is a typed error when the bytes are gone', async () => {
    const bytes = utf8('aaaa');
    const change = (): void =>
      void structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] });
    expect(await wrongArgument(() => serializeJson(changing(bytes, change)))).toBe('payload');
  });

  it('runs every getter, toJSON and trap once, in the order of JSON.stringify', () => {
    const logged = (log: string[]): object =>
      new Proxy(
        {
          get a() {
            log.push('get a');
            return log.length;
          },
          b: { toJSON: (key: string) => log.push(`toJSON ${key}`) },
          c: [{ toJSON: (key: string) => log.push(`toJSON ${key}`) }],
        },
        { ownKeys: (target) => (log.push('keys'), Reflect.ownKeys(target)) },
      );
    const [ours, theirs]: [string[], string[]] = [[], []];
    expect(serialized(logged(ours))).toBe(JSON.stringify(logged(theirs)));
    expect(ours).toEqual(theirs);
  });

  it('may give a different string at every read: the first one counts', () => {
    let looks = 0;
    const value = {
      get text() {
        return 'x'.repeat((looks += 1));
      },
    };
    expect(serialized(value)).toBe('{"text":"x"}');
    expect(looks).toBe(1);
  });

  it('may lose members meanwhile, as in JSON.stringify', () => {
    const make = (): Record<string, unknown> => {
      const value: Record<string, unknown> = {
        get a() {
          delete value['b'];
          return 1;
        },
        b: 2,
      };
      return value;
    };
    expect(serialized(make())).toBe(JSON.stringify(make()));
  });
});

describe('values that cannot be written', () => {
  const circular = (): object => {
    const value: Record<string, unknown> = { secret: 'SECRET-9' };
    value['list'] = [{ back: value }];
    return value;
  };
  const throwing = (): never => {
    throw new Error('SECRET-9');
  };

  it.each<[string, () => unknown]>([
    ['a circle', circular],
    [
      'an array in itself',
      () => {
        const list: unknown[] = ['SECRET-9'];
        list.push(list);
        return list;
      },
    ],
    ['a BigInt', () => ({ secret: 'SECRET-9', n: 9n })],
    ['a BigInt in an object', () => [Object(9n) as unknown]],
    [
      'a getter that throws',
      () => ({
        get secret() {
          return throwing();
        },
      }),
    ],
    ['a toJSON that throws', () => ({ a: { toJSON: throwing } })],
    ['a conversion that throws', () => [Object.assign(new Number(1), { valueOf: throwing })]],
    ['a proxy that throws', () => new Proxy({}, { ownKeys: throwing })],
    [
      'a revoked proxy',
      () => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return [proxy];
      },
    ],
    ['a SecureByteContext', () => [new SecureByteContext(utf8('SECRET-9'))]],
    [
      'a SecureByteContext of another copy of this package',
      () => {
        const brand = Symbol.for('@nomyo/crypto/SecureByteContext');
        class SecureByteContext {
          readonly [brand] = true;
          toJSON(): string {
            return 'SecureByteContext { [redacted] }';
          }
        }
        return [new SecureByteContext()];
      },
    ],
    ['undefined', () => undefined],
    ['a function', () => () => 1],
    ['a symbol', () => Symbol('x')],
    ['a toJSON of undefined', () => ({ toJSON: () => undefined })],
  ])('is a typed error that quotes nothing: %s', async (_, value) => {
    const error = await caught(() => serializeJson(value() as object));
    expect(error).toMatchObject({
      name: 'InvalidArgumentError',
      code: 'INVALID_ARGUMENT',
      argument: expect.stringMatching(/^payload(?:\.\w+)?$/u) as unknown,
    });
    expect(String((error as Error).stack) + JSON.stringify(error)).not.toContain('SECRET-9');
    expect((error as Error).cause).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['Map', new Map([[1, 'SECRET-9']])],
    ['Map', runInNewContext('new Map([[1, 2]])')],
    ['Set', new Set(['SECRET-9'])],
    ['WeakMap', new WeakMap()],
    ['Promise', Promise.resolve('SECRET-9')],
    ['Error', new Error('SECRET-9')],
    ['RegExp', /SECRET-9/],
    ['Blob', new Blob(['SECRET-9'])],
    ['FormData', new FormData()],
  ])('include a %s, which JSON.stringify turns into {}', async (tag, value) => {
    const error = await caught(() => serializeJson({ content: value }));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'payload.content' });
    expect((error as Error).message).toContain(`holds an object of type ${tag},`);
    expect((error as Error).message).not.toContain('SECRET-9');
  });

  it('include a BigInt unless it has a toJSON, as in JSON.stringify', () => {
    Object.defineProperty(BigInt.prototype, 'toJSON', {
      value(this: bigint) {
        return this.toString();
      },
      configurable: true,
    });
    try {
      expect(serialized([9n])).toBe(JSON.stringify([9n]));
    } finally {
      Reflect.deleteProperty(BigInt.prototype, 'toJSON');
    }
  });

  it.each([
    ['the member', { model: 'm', temperature: Number.NaN }, 'payload.temperature'],
    ['the member that it is in', { messages: [{ content: 9n }] }, 'payload.messages'],
    ['no member whose name may be content', { 'Jane SECRET-9': 9n }, 'payload'],
    ['no member of a list', [{ temperature: 9n }], 'payload'],
  ])('is reported with the name of %s', async (_, payload, name) => {
    const error = await caught(() => serializeJson(payload));
    expect(error).toMatchObject({
      argument: name,
      message: expect.stringMatching(new RegExp(`^${name} holds`, 'u')) as unknown,
    });
  });

  it.each<[string, (inner: unknown) => object]>([
    ['arrays', (inner) => [inner]],
    ['objects', (inner) => ({ a: inner })],
    ['objects that toJSON gives', (inner) => ({ toJSON: () => ({ a: inner }) })],
  ])(
    `include more than ${String(MAX_JSON_DEPTH)} levels of %s; exactly as many are fine`,
    async (_, wrap) => {
      const deepest = nested(MAX_JSON_DEPTH, wrap);
      expect(serialized(deepest)).toBe(JSON.stringify(deepest));
      expect(await wrongArgument(() => serializeJson(nested(MAX_JSON_DEPTH + 1, wrap)))).toMatch(
        /^payload(?:\.a)?$/u,
      );
      expect(await wrongArgument(() => serializeJson(nested(100_000, (inner) => [inner])))).toBe('payload');
    },
  );

  it('include anything longer than maxBytes, by one byte', async () => {
    const value = { a: ['é"', 1, true] };
    const { length } = Buffer.from(JSON.stringify(value));
    expect(serialized(value, { maxBytes: length })).toBe(JSON.stringify(value));
    expect(await securityCode(() => serializeJson(value, { maxBytes: length - 1 }))).toBe(
      'PAYLOAD_TOO_LARGE',
    );
  });

  it('include anything longer than 32 MiB by default', async () => {
    const text = 'x'.repeat(32 * 1024 * 1024 - 4);
    expect(serializeJson([text]).length).toBe(32 * 1024 * 1024);
    expect(await securityCode(() => serializeJson([text, 1]))).toBe('PAYLOAD_TOO_LARGE');
  });

  it('include an endless sparse array, and a proxy that claims to be endless', async () => {
    const options = { maxBytes: 100_000 };
    expect(await securityCode(() => serializeJson(new Array<null>(2 ** 32 - 1), options))).toBe(
      'PAYLOAD_TOO_LARGE',
    );
    const endless = new Proxy([], { get: (_, name) => (name === 'length' ? 2 ** 53 - 1 : undefined) });
    expect(await securityCode(() => serializeJson(endless, options))).toBe('PAYLOAD_TOO_LARGE');
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '9', null])(
    'is refused with maxBytes: %p',
    async (maxBytes) => {
      expect(await wrongArgument(() => serializeJson({}, { maxBytes: maxBytes as number }))).toBe('maxBytes');
    },
  );
});
