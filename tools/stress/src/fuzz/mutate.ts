/** Bad input out of good input. */
import type { Random } from '../common/random.js';

type Mutation = (bytes: Buffer, random: Random) => Buffer;

/** Bytes that parsers trip over: NUL, white space, quotes, brackets, base64's edges, UTF-8's edges, DER's lengths. */
const AWKWARD = Buffer.from('\0\t\n\r "\\{}[]:,+-/_=.eE09\u007f', 'latin1');
const AWKWARD_BYTES = [...AWKWARD, 0x80, 0x81, 0x82, 0x84, 0xc0, 0xed, 0xef, 0xf4, 0xff];

/** Longest piece that is inserted, cut or moved, in bytes; mostly much shorter. */
const MAX_PIECE = 4096;

const MUTATIONS: readonly Mutation[] = [
  function flipBit(bytes, random) {
    const at = random.below(bytes.byteLength);
    return withByte(bytes, at, (bytes[at] ?? 0) ^ (1 << random.below(8)));
  },
  function setByte(bytes, random) {
    return withByte(bytes, random.below(bytes.byteLength), random.pick(AWKWARD_BYTES));
  },
  function addToByte(bytes, random) {
    const at = random.below(bytes.byteLength);
    return withByte(bytes, at, (bytes[at] ?? 0) + random.pick([-1, 1, 16, 127]));
  },
  function cut(bytes, random) {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  function truncate(bytes, random) {
    return bytes.subarray(0, random.below(bytes.byteLength));
  },
  function insert(bytes, random) {
    const at = random.below(bytes.byteLength + 1);
    const piece = random.oneIn(2)
      ? random.bytes(pieceLength(random))
      : Buffer.from([random.pick(AWKWARD_BYTES)]);
    return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
  },
  function repeat(bytes, random) {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  function move(bytes, random) {
    const [from, to] = range(bytes, random);
    const at = random.below(bytes.byteLength + 1);
    const rest = Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
    return Buffer.concat([rest.subarray(0, at), bytes.subarray(from, to), rest.subarray(at)]);
  },
  function blank(bytes, random) {
    const [from, to] = range(bytes, random);
    return Buffer.from(bytes).fill(random.pick(AWKWARD_BYTES), from, to);
  },
];

/** One to four mutations, one after the other; mostly one. */
export function mutate(bytes: Buffer, random: Random): Buffer {
  let mutated = bytes;
  do mutated = mutated.byteLength === 0 ? random.bytes(8) : random.pick(MUTATIONS)(mutated, random);
  while (random.oneIn(3));
  return mutated;
}

/** The bytes of one with the end of another. */
export function splice(a: Buffer, b: Buffer, random: Random): Buffer {
  const at = random.below(Math.min(a.byteLength, b.byteLength));
  return Buffer.concat([a.subarray(0, at), b.subarray(at)]);
}

/** Values that stand where another type was expected. */
export function awkwardValue(random: Random): unknown {
  return random.pick<() => unknown>([
    () => null,
    () => true,
    () => 0,
    () => -1,
    () => 1e308,
    () => Number.MAX_SAFE_INTEGER,
    () => '',
    () => '1.0',
    () => 'A'.repeat(random.below(8000)),
    () => random.bytes(random.below(64)).toString('base64'),
    () => '\u0000\ud800\uffff',
    () => [],
    () => [[[[]]]],
    () => ({}),
    () => ({ __proto__: null, toString: 'no function', length: -1 }),
    () => JSON.parse('{"__proto__":{"version":"1.0"},"constructor":{"prototype":{}}}') as unknown,
  ])();
}

/** Brackets inside brackets, as JSON. */
export function deepJson(random: Random): string {
  const depth = random.pick([10, 500, 5000, 100_000]);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ]);
  return `${open.repeat(depth)}1${random.oneIn(2) ? close.repeat(depth) : ''}`;
}

function withByte(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = value & 0xff;
  return copy;
}

function range(bytes: Buffer, random: Random): readonly [from: number, to: number] {
  const from = random.below(bytes.byteLength);
  return [from, Math.min(bytes.byteLength, from + pieceLength(random))];
}

function pieceLength(random: Random): number {
  return 1 + random.below(random.pick([4, 32, MAX_PIECE]));
}
