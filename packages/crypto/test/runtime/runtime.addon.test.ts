import { describe, expect, it } from '@jest/globals';
import { generatePkcs8, getMemoryProtectionInfo, RsaPrivateKey, SecureByteContext } from '../../src/index.js';
import { findAddon, findNativeCrypto } from '../../src/runtime/addon.node.js';

describe('the tests of this project', () => {
  it('run with the addon, its memory and its cryptography', () => {
    expect(findAddon()).toHaveProperty('addon');
    expect(findNativeCrypto()).toBeDefined();
    expect(getMemoryProtectionInfo()).toMatchObject({
      method: 'mlock',
      canLock: true,
      isPlatformSecure: true,
    });
  });

  it('keep secrets in locked pages', async () => {
    expect(SecureByteContext.allocate(32).locked).toBe(true);
    expect((await generatePkcs8(2048)).locked).toBe(true);
  });

  it('say what is locked now', async () => {
    const locked = (): number => findNativeCrypto()?.info().lockedBytes ?? 0;
    const before = locked();
    const der = await generatePkcs8(2048);
    const key = await der.use((bytes) => RsaPrivateKey.fromPkcs8(bytes));
    expect(locked()).toBeGreaterThan(before);
    expect(getMemoryProtectionInfo().details).toContain(`${String(locked())} bytes are locked`);
    key.dispose();
  });
});
