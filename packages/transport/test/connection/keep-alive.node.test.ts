import { expect, it } from '@jest/globals';
import { keepAliveTimeout } from '../../src/connection/pool.node.js';

it.each<[string | undefined, number]>([
  [undefined, 4000],
  ['', 4000],
  ['max=100', 4000],
  ['timeout=5', 4000],
  ['timeout=5, max=100', 4000],
  ['max=100, timeout=30', 29_000],
  ['Timeout=2', 1000],
  ['timeout=1', 0],
  ['timeout=0', 0],
  ['timeout=86400', 60_000],
  ['timeout=-5', 4000],
  ['timeout=x', 4000],
  ['notimeout=9', 4000],
])('Keep-Alive: %s allows %d ms', (value, ms) => {
  expect(keepAliveTimeout(value)).toBe(ms);
});
