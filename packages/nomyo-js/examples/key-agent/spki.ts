import { decodePem, type RsaPublicKey } from '@nomyo/crypto';

/** SPKI DER of a public key. */
export function derOf(key: RsaPublicKey): Uint8Array {
  return decodePem(key.pem).der;
}
