/** The writer of JSON: the same bytes as `JSON.stringify`, or a refusal of what JSON cannot express. */
import { serializeJson } from '@nomyo/crypto';
import type { Random } from '../../common/random.js';
import { expect, judge, type Target } from '../target.js';

export const jsonWriteTarget: Target = {
  name: 'JSON writer',
  weight: 8,
  runtimes: ['node', 'browser'],
  prepare: () =>
    Promise.resolve({
      attempt: async (random) => {
        const payload = { messages: valueOf(random, 0) };
        const wanted = reference(payload);
        const result = await judge(() => serializeJson(payload), ['INVALID_ARGUMENT']);
        expect(
          'code' in result === (wanted === undefined),
          'a refusal of what JSON has no word for, and no other',
        );
        if ('code' in result) return result.code;
        const written = result.value.use((bytes) => Buffer.from(bytes).toString('utf8'));
        expect(written === wanted, 'what JSON.stringify writes');
        return 'written';
      },
    }),
};

const TEXTS = [
  '',
  'plain text',
  '"quotes" and \\ backslashes / slashes',
  '\u0000\u0001\b\t\n\u000b\f\r\u001f\u007f\u0080\u2028\u2029',
  'caf\u00e9 \u00df \u03a9 \u20ac \u4e2d\u6587 \ufeff\uffff',
  '\u{1f600}\u{10ffff}',
  '\ud83d',
  '\ude00\ud83d',
  '\ud83d\ud83d\ude00',
];

const NUMBERS = [0, -0, 1, -1, 0.1, 1e21, 1e-7, 5e-324, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER, -1e300];

/** Values that JSON cannot express, or that fail while they are read. */
const BAD: readonly (() => unknown)[] = [
  () => Number.NaN,
  () => Number.NEGATIVE_INFINITY,
  () => 5n,
  () => {
    const circle: unknown[] = [];
    circle.push({ circle });
    return circle;
  },
  () => ({
    toJSON: () => {
      throw new Error('secret');
    },
  }),
  () => ({
    get failing() {
      throw new Error('secret');
    },
  }),
  () => Array.from({ length: 600 }).reduce<unknown>((inner) => [inner], 1),
  () => new Map([['secret', 1]]),
  () => new Blob(['secret']),
  () => ({ toJSON: () => new Date(0) }),
];

/** Deeper than this is refused. */
const MAX_DEPTH = 500;

/**
 * The text that JSON.stringify writes, or `undefined` for a payload that must be refused. That includes NaN, which it
 * would turn into null, and everything that it would turn into an empty object.
 */
function reference(payload: object): string | undefined {
  try {
    const text = JSON.stringify(payload, (_key, value: unknown) => {
      if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError('no number of JSON');
      if (isHidden(value)) throw new RangeError('no object of JSON');
      return value;
    });
    return depthOf(JSON.parse(text)) > MAX_DEPTH ? undefined : text;
  } catch {
    return undefined;
  }
}

/** An object without members that is no plain one; a wrapper object stands for what it holds. */
function isHidden(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Object.keys(value).length > 0) return false;
  return !/^\[object (?:Object|Array|String|Number|Boolean)\]$/.test(Object.prototype.toString.call(value));
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** A string as an object: JSON takes it for a string. */
const BOXED: unknown = Object('a');

function valueOf(random: Random, depth: number): unknown {
  if (random.oneIn(60)) return random.pick(BAD)();
  const leaves = [
    () => textOf(random),
    () => random.pick(NUMBERS),
    () => random.pick([true, false, null, undefined]),
  ];
  const oddities = [
    () => new Date(random.uint32()),
    () => (): void => undefined,
    () => Symbol('s'),
    () => BOXED,
  ];
  const nested = [
    () => arrayOf(random, depth),
    () => objectOf(random, depth),
    () => convertedTo(valueOf(random, depth + 1)),
  ];
  const makers: readonly (() => unknown)[] =
    depth > 5 ? leaves : [...leaves, ...oddities, ...nested, ...nested];
  return random.pick(makers)();
}

function textOf(random: Random): string {
  const pieces = Array.from({ length: random.below(random.pick([2, 4, 300])) }, () => random.pick(TEXTS));
  return pieces.join(random.oneIn(4) ? '\ud800' : '');
}

function arrayOf(random: Random, depth: number): unknown[] {
  const array = Array.from({ length: random.below(5) }, () => valueOf(random, depth + 1));
  if (random.oneIn(6)) array.length += 2;
  return array;
}

function objectOf(random: Random, depth: number): object {
  const names = Array.from({ length: random.below(5) }, () => random.pick([...TEXTS, '__proto__', '7']));
  return Object.fromEntries(names.map((name) => [name, valueOf(random, depth + 1)]));
}

function convertedTo(value: unknown): object {
  return { toJSON: () => value };
}
