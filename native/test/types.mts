// Never run: it shows that index.d.ts says what a caller needs, and refuses what it must.
import {
  aesGcmSeal,
  generatePkcs8,
  info,
  NativePrivateKey,
  readFile,
  SecureRegion,
  type NativeErrorCode,
} from '../index.js';

export const region: SecureRegion = SecureRegion.allocate(32);
export const made: Promise<SecureRegion> = generatePkcs8(4096);
export const limit: number | null = info().limitBytes;
export const code: NativeErrorCode = 'ERR_NOMYO_NATIVE_KEY';
export const { ciphertext, tag } = aesGcmSeal(region, new Uint8Array(12), Buffer.alloc(3));

export async function unwrapWith(path: string): Promise<SecureRegion> {
  using der = await readFile(path, 65_536);
  using key = NativePrivateKey.fromDer(der);
  return await key.unwrap(ciphertext);
}

// @ts-expect-error: regions come from static methods.
export const construct = (): SecureRegion => new SecureRegion();
// @ts-expect-error: a key is a region, never plain bytes.
aesGcmSeal(new Uint8Array(32), new Uint8Array(12), new Uint8Array(3));
// @ts-expect-error: 1024 bits are too few.
void generatePkcs8(1024);
