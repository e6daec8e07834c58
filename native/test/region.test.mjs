import { inspect } from 'node:util';

import { describe, expect, test } from '@jest/globals';

import { addon, bytesOf } from './support/addon.mjs';
import { jsonOfChild } from './support/child.mjs';

const { SecureRegion } = addon;
const zeros = (length) => Buffer.alloc(length);

describe('SecureRegion', () => {
  test.each([1, 31, 32, 64, 65, 4096, 4097, 100_001])('holds %i zeroed bytes', (length) => {
    const region = SecureRegion.allocate(length);
    expect(region.length).toBe(length);
    expect(region.released).toBe(false);
    expect(typeof region.locked).toBe('boolean');
    expect(bytesOf(region)).toEqual(zeros(length));
    region.view().fill(0xff);
    expect(bytesOf(region)).toEqual(Buffer.alloc(length, 0xff));
    region.release();
  });

  test('copies bytes in', () => {
    const source = Buffer.from('a secret of forty bytes, or a bit more');
    const region = SecureRegion.from(source);
    source.fill(0);
    expect(bytesOf(region).toString()).toBe('a secret of forty bytes, or a bit more');
    region.release();
  });

  test('wipes by handle and stays usable', () => {
    const region = SecureRegion.from(Buffer.from('secret'));
    const view = region.view();
    region.wipe();
    expect(Buffer.from(view)).toEqual(zeros(6));
    view.set([1, 2, 3]);
    expect(bytesOf(region)).toEqual(Buffer.from([1, 2, 3, 0, 0, 0]));
    region.release();
  });

  test('release wipes, is idempotent, and makes later use an error or nothing', () => {
    const region = SecureRegion.from(Buffer.from('secret'));
    const view = region.view();
    region.release();
    expect(Buffer.from(view)).toEqual(zeros(6));
    expect(region.released).toBe(true);
    expect(region.length).toBe(6);
    region.release();
    region.wipe();
    expect(() => region.view()).toThrow(expect.objectContaining({ code: 'ERR_NOMYO_NATIVE_RELEASED' }));
  });

  test('all views share one buffer', () => {
    const region = SecureRegion.allocate(16);
    expect(region.view().buffer).toBe(region.view().buffer);
    region.view()[3] = 9;
    expect(region.view()[3]).toBe(9);
    region.release();
  });

  test('Symbol.dispose releases', () => {
    const region = SecureRegion.allocate(16);
    region[Symbol.dispose]();
    expect(region.released).toBe(true);
  });

  test('shows nothing of its contents', () => {
    const region = SecureRegion.from(Buffer.from('secret'));
    expect(inspect(region, { showHidden: true, depth: 5 })).not.toMatch(/115|secret/);
    expect(JSON.stringify(region)).toBe('{}');
    expect(String(region)).toBe('[object Object]');
    region.release();
  });

  test('a released slot is not reused while a view can still write to it', () => {
    const region = SecureRegion.allocate(32);
    const stale = region.view();
    region.release();
    const others = Array.from({ length: 3000 }, () => SecureRegion.allocate(32));
    stale.fill(0xee);
    for (const other of others) expect(bytesOf(other).equals(zeros(32))).toBe(true);
    for (const other of others) other.release();
  });

  test('a view keeps its memory when the handle is collected, and gives it back later', () => {
    const { kept, before, after, returned } = jsonOfChild('garbage.mjs', {
      nodeArgs: ['--expose-gc'],
    });
    expect(kept).toBe(true);
    expect(returned).toBe(true);
    expect(after).toBeLessThan(before);
  });

  test('structuredClone is a copy that the handle does not reach', () => {
    const region = SecureRegion.from(Buffer.from('secret'));
    const clone = structuredClone(region.view());
    region.release();
    expect(Buffer.from(clone).toString()).toBe('secret'); // as documented: ordinary memory
  });

  test('a transfer by structuredClone ends in an error or leaves the handle in charge', () => {
    const region = SecureRegion.from(Buffer.from('secret'));
    const { buffer } = region.view();
    try {
      structuredClone(buffer, { transfer: [buffer] });
    } catch (error) {
      expect(error.name).toBe('DataCloneError');
    }
    region.wipe();
    region.release();
  });
});
