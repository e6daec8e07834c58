/** Keys of the vectors: the 4096-bit recipient of the envelopes, and a 2048-bit key where the size does not matter. */
import { decodePem, RsaPrivateKey } from '../../src/index.js';
import { keyFile } from './vectors.js';

export const recipientPem = keyFile('pkcs8.pem').toString('latin1');
export const smallPem = keyFile('rsa2048.pem').toString('latin1');
export const smallPkcs8 = decodePem(smallPem).der;

export const recipientKey = (): Promise<RsaPrivateKey> =>
  RsaPrivateKey.fromPkcs8(decodePem(recipientPem).der);
export const smallKey = (): Promise<RsaPrivateKey> => RsaPrivateKey.fromPkcs8(smallPkcs8);
