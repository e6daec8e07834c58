import { describe, expect, it } from '@jest/globals';
import { loadAddon } from '../../src/runtime/addon.node.js';

const failing = (code: string) => (): never => {
  throw Object.assign(new Error('does not load'), { code });
};

/** As much of the addon as is looked at when it is loaded. */
function addonWith(view: () => Uint8Array, released: string[] = []): unknown {
  const region = { length: 1, locked: true, view, release: () => released.push('released') };
  return { abiVersion: 3, SecureRegion: { allocate: () => region }, info: () => ({ nativeCrypto: true }) };
}

describe('loadAddon', () => {
  it('takes an addon of this version, whose memory can be seen', () => {
    const released: string[] = [];
    const loaded = addonWith(() => new Uint8Array(1), released);
    expect(loadAddon(() => loaded)).toEqual({ addon: loaded, hasCrypto: true });
    expect(released).toEqual(['released']);
  });

  // Electron: napi_create_external_arraybuffer gives napi_no_external_buffers_allowed.
  it('does without it where buffers outside the heap are forbidden, and says why', () => {
    const released: string[] = [];
    const loaded = addonWith(failing('ERR_NOMYO_NATIVE_UNAVAILABLE'), released);
    expect(loadAddon(() => loaded)).toEqual({
      addon: undefined,
      why: expect.stringContaining('Electron'),
    });
    expect(released).toEqual(['released']);
  });

  it.each([
    ['it is not installed', failing('MODULE_NOT_FOUND'), 'Install nomyo-native'],
    ['its binary is damaged', failing('ERR_NOMYO_NATIVE_BINARY'), 'does not load (ERR_NOMYO_NATIVE_BINARY)'],
    ['it is of another version', () => ({ abiVersion: 1 }), 'another version'],
    ['it is something else', () => null, 'another version'],
    ['its memory fails', () => addonWith(failing('ERR_X')), 'does not load (ERR_X)'],
  ])('does without it when %s, and says why', (_, load, why) => {
    expect(loadAddon(load)).toEqual({ addon: undefined, why: expect.stringContaining(why) });
  });
});
