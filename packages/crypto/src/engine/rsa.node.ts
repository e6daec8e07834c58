/** RSA of Node: in `nomyo-native`, where the key stays in locked memory, or through WebCrypto. */
import { availableParallelism } from 'node:os';
import { allocateBytes } from '@nomyo/base';
import { findNativeCrypto, type Addon } from '../memory/addon.node.js';
import type { RsaEngine } from '../rsa/unwrapper.js';
import { webCryptoRsa } from '../rsa/webcrypto.js';

/** Threads of libuv's pool when UV_THREADPOOL_SIZE says nothing. */
const DEFAULT_POOL_THREADS = 4;

function unwrapParallelism(): number {
  const configured = Number.parseInt(process.env['UV_THREADPOOL_SIZE'] ?? '', 10);
  const threads = configured > 0 ? configured : DEFAULT_POOL_THREADS;
  return Math.min(2 * availableParallelism(), threads);
}

let chosen: RsaEngine | undefined;

/** The engine of this process. */
export const rsa: RsaEngine = {
  importUnwrapper: (pkcs8) => (chosen ??= choose()).importUnwrapper(pkcs8),
  generate: (modulusBits) => (chosen ??= choose()).generate(modulusBits),
};

function choose(): RsaEngine {
  const addon = findNativeCrypto();
  return addon === undefined ? webCryptoRsa(unwrapParallelism) : nativeRsa(addon);
}

// The addon checks that the numbers of a key belong together.
function nativeRsa(addon: Addon): RsaEngine {
  return {
    // eslint-disable-next-line @typescript-eslint/require-await -- both engines have one shape
    async importUnwrapper(pkcs8) {
      const region = addon.SecureRegion.from(pkcs8);
      try {
        const key = addon.NativePrivateKey.fromDer(region);
        return {
          unwrap: async (block, signal) => {
            signal?.throwIfAborted();
            const unwrapped = await key.unwrap(block);
            const bytes = allocateBytes(unwrapped.view().byteLength);
            bytes.set(unwrapped.view());
            unwrapped.release();
            return bytes;
          },
          check: () => undefined,
          dispose: () => key.dispose(),
        };
      } finally {
        region.release();
      }
    },
    async generate(modulusBits) {
      const region = await addon.generatePkcs8(modulusBits);
      return { der: region.view(), release: () => region.release() };
    },
  };
}
