/** Bytes and buffers of other realms: a `vm` context stands for Jest, jsdom and workers. */
import { expect, it } from '@jest/globals';
import { runInNewContext } from 'node:vm';
import { isArrayBuffer, isBytes } from '../src/index.js';

const foreign = (code: string): unknown => runInNewContext(code);

it('knows a Uint8Array of every realm', () => {
  expect([new Uint8Array(2), Buffer.alloc(2), foreign('new Uint8Array(2)')].map(isBytes)).toEqual([
    true,
    true,
    true,
  ]);
});

it('knows an ArrayBuffer of every realm', () => {
  expect([new ArrayBuffer(2), foreign('new ArrayBuffer(2)')].map(isArrayBuffer)).toEqual([true, true]);
});

it('accepts nothing else as bytes', () => {
  const disguised = { [Symbol.toStringTag]: 'Uint8Array', length: 2, 0: 1, 1: 2 };
  const others = [
    new Uint16Array(2),
    new DataView(new ArrayBuffer(2)),
    disguised,
    [1],
    null,
    'x',
    new ArrayBuffer(1),
  ];
  expect(others.map(isBytes)).toEqual(others.map(() => false));
});

it('accepts nothing else as a buffer', () => {
  const others = [new SharedArrayBuffer(2), { byteLength: 2 }, new Uint8Array(2), null, 2];
  expect(others.map(isArrayBuffer)).toEqual(others.map(() => false));
});
