/** Keys of no one in particular, made on the spot, once for each size. */
import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { RsaPublicKey } from '@nomyo/crypto';

const known = new Map<number, Promise<string>>();

/** A public key whose private half was thrown away. */
export async function strangersKey(modulusBits: number): Promise<RsaPublicKey> {
  return RsaPublicKey.fromPem(await strangersPem(modulusBits));
}

/** The same as SPKI PEM, of any size. */
export function strangersPem(modulusBits: number): Promise<string> {
  const pem = known.get(modulusBits) ?? generatePem(modulusBits);
  known.set(modulusBits, pem);
  return pem;
}

async function generatePem(modulusLength: number): Promise<string> {
  const { publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength });
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

/** SPKI PEM of an elliptic-curve key. */
export async function curvePem(): Promise<string> {
  const { publicKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

/** PKCS#8 PEM of an RSA key that protects nothing. */
export async function privatePem(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
