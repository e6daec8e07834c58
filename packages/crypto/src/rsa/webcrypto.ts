/** RSA through WebCrypto: several imports of one key, because the library lets operations on one take turns. */
import { concatBytes, wipe } from '../bytes.js';
import { checkConsistency } from './consistency.js';
import * as oaep from './oaep.js';
import { readPkcs8 } from './pkcs8.js';
import { Turnstile } from './turnstile.js';
import type { RsaEngine } from './unwrapper.js';

/** @param copies how many operations the runtime can do at once */
export function webCryptoRsa(copies: () => number): RsaEngine {
  return {
    async importUnwrapper(pkcs8) {
      checkConsistency(readPkcs8(pkcs8));
      let turnstile: Turnstile<CryptoKey> | undefined = new Turnstile(await importCopies(pkcs8, copies()));
      return {
        unwrap: async (block, signal) => {
          if (turnstile === undefined) throw new TypeError('the key was disposed of');
          return turnstile.run((key) => oaep.decrypt(key, block), signal);
        },
        dispose: () => {
          turnstile = undefined;
        },
      };
    },
    async generate(modulusBits) {
      const der = await oaep.generate(modulusBits);
      return { der, release: () => wipe(der) };
    },
  };
}

async function importCopies(pkcs8: Uint8Array, copies: number): Promise<CryptoKey[]> {
  const der = concatBytes(pkcs8);
  try {
    return await Promise.all(Array.from({ length: copies }, () => oaep.importPkcs8(der)));
  } finally {
    wipe(der);
  }
}
