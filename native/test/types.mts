// Never run: it shows that index.d.ts says what a caller needs, and refuses what it must.
import {
  aesGcmOpen,
  generatePkcs8,
  info,
  NativePrivateKey,
  SecureRegion,
  type NativeErrorCode,
} from '../index.js';

const bytes = new Uint8Array(16);

export const region: SecureRegion = SecureRegion.allocate(32);
export const locked: SecureRegion = SecureRegion.from(bytes, true);
export const made: Promise<SecureRegion> = generatePkcs8(4096);
export const limit: number | null = info().limitBytes;
export const code: NativeErrorCode = 'ERR_NOMYO_NATIVE_NOT_LOCKED';

export async function unwrapWith(der: SecureRegion): Promise<SecureRegion> {
  using key = NativePrivateKey.fromDer(der, true);
  return await key.unwrap(bytes, true);
}

// @ts-expect-error: regions come from static methods.
export const construct = (): SecureRegion => new SecureRegion();
// @ts-expect-error: a key is a region, never plain bytes.
aesGcmOpen(bytes, new Uint8Array(12), bytes, bytes);
// @ts-expect-error: 1024 bits are too few.
void generatePkcs8(1024);
