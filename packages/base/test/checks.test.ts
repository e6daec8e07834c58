import { describe, expect, it } from '@jest/globals';
import { runInNewContext } from 'node:vm';
import {
  aBoolean,
  aFunction,
  anAbortSignal,
  anInteger,
  anObject,
  aPassword,
  aString,
  given,
  InvalidArgumentError,
  LightAbortController,
  oneOf,
  optional,
  refuseUndefined,
  refuseUnknown,
  type Check,
} from '../src/index.js';
import { thrown } from './support.js';

const SECRET = 'pw-7f3a';

const cases: readonly (readonly [string, Check<unknown>, readonly unknown[], readonly unknown[]])[] = [
  ['aString', aString, ['x', ' '], ['', 1, null, undefined, new String('x')]],
  ['aBoolean', aBoolean, [true, false], [0, 'true', null, undefined]],
  ['aFunction', aFunction, [() => 1, Map], [{}, 'x', null]],
  ['anInteger', anInteger(1, 5), [1, 5], [0, 6, 1.5, NaN, '2', 2n]],
  ['oneOf', oneOf(['a', 2]), ['a', 2], ['b', '2', null]],
  ['anObject', anObject, [{}, Object.create(null)], [[], null, 'x', () => 1]],
  [
    'aPassword',
    aPassword(3),
    ['abc', new Uint8Array(3)],
    ['ab', new Uint8Array(2), 12_345, null, '\ud800abc'],
  ],
  [
    'anAbortSignal',
    anAbortSignal,
    [new AbortController().signal, new LightAbortController()],
    [{}, null, { aborted: false }, 'signal'],
  ],
];

describe.each(cases)('%s', (_, check, good, bad) => {
  it('returns valid values', () => {
    for (const value of good) expect(check('option', value)).toBe(value);
  });

  it('names the option with a wrong value', () => {
    for (const value of bad) {
      const error = thrown(() => check('tls.ca', value));
      expect(error).toBeInstanceOf(InvalidArgumentError);
      expect(error).toMatchObject({ argument: 'tls.ca', code: 'INVALID_ARGUMENT' });
      expect(String(error)).toMatch(/tls\.ca must /);
    }
  });
});

describe('values of another realm', () => {
  it('are recognized', () => {
    const bytes: unknown = runInNewContext('new Uint8Array([1, 2, 3])');
    expect(bytes).not.toBeInstanceOf(Uint8Array);
    expect(aPassword(3)('password', bytes)).toBe(bytes);
  });
});

describe('aPassword', () => {
  it('never quotes what it refuses', () => {
    for (const value of [SECRET, { SECRET }, [SECRET]]) {
      expect(JSON.stringify(thrown(() => aPassword(8)('password', value)))).not.toContain(SECRET);
    }
  });
});

describe('refuseUnknown', () => {
  it('lists the known options', () => {
    const error = thrown(() => refuseUnknown({ timeout: 1, timeuot: 2 }, ['timeout', 'signal']));
    expect(error).toMatchObject({
      argument: 'timeuot',
      message: 'unknown option "timeuot"; expected one of timeout, signal',
    });
  });

  it('puts a hostile name on one line', () => {
    const error = thrown(() => refuseUnknown({ 'a\n\u202eb': 1 }, ['timeout']));
    expect(error).toMatchObject({ message: 'unknown option "a b"; expected one of timeout' });
  });

  it('lets everything else pass', () => {
    expect(() => refuseUnknown({ timeout: undefined }, ['timeout'])).not.toThrow();
  });
});

describe('optional and given', () => {
  it('recognize a missing value', () => {
    expect(optional('n', undefined, anInteger(0, 1), 7)).toBe(7);
    expect(optional('n', 1, anInteger(0, 1), 7)).toBe(1);
    expect(given('n', undefined)).toEqual({});
    expect(given('n', 0)).toEqual({ n: 0 });
  });
});

describe('refuseUndefined', () => {
  it('distinguishes a missing option from one that is undefined', () => {
    expect(() => refuseUndefined({ other: undefined, pins: null }, ['pins', 'policy'])).not.toThrow();
    const error = thrown(() => refuseUndefined({ pins: undefined }, ['pins'], 'policy.'));
    expect(error).toMatchObject({ name: 'InvalidArgumentError', argument: 'policy.pins' });
  });
});
