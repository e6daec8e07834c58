/**
 * The process under examination: makes a call with a pair that lives in memory, and one more with the pair after that.
 * It reports each private key it makes to its parent, masked, so that no key is in its memory because of the report.
 */
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { SecureChatCompletion } from 'nomyo-js';
import { masked } from './mask.js';

const [baseUrl = '', ca = '', then] = process.argv.slice(2);

// Before the client is made: whichever of the two makes its keys is listened to.
if (then === 'addon') listenToAddon();
else listenToWebCrypto();

const client = new SecureChatCompletion({ baseUrl, tls: { ca }, keyDir: null, keyRotationRequests: 1 });
for (let call = 0; call < 2; call += 1) {
  await client.create({ model: 'm', messages: [{ role: 'user', content: 'What is an expired key?' }] });
}
// Without the addon, the runtime frees a key when its object is collected.
for (let round = 0; round < 10; round += 1) {
  globalThis.gc?.();
  await delay(20);
}
process.send?.({ method: client.getMemoryProtectionInfo().method });
// A search now must find a live client.
process.on('exit', () => client.dispose());

function listenToWebCrypto(): void {
  const { subtle } = globalThis.crypto;
  const exportKey = subtle.exportKey.bind(subtle);
  const listening: (...args: Parameters<typeof exportKey>) => Promise<unknown> = async (...args) => {
    const exported: unknown = await exportKey(...args);
    if (args[0] === 'pkcs8' && exported instanceof ArrayBuffer) tell(new Uint8Array(exported));
    return exported;
  };
  Object.defineProperty(subtle, 'exportKey', { value: listening });
}

interface Addon {
  generatePkcs8: (bits: number) => Promise<{ view(): Uint8Array }>;
}

function listenToAddon(): void {
  const addon: unknown = createRequire(import.meta.url)('nomyo-native');
  if (!isAddon(addon)) throw new TypeError('nomyo-native makes no keys');
  const generate = addon.generatePkcs8.bind(addon);
  addon.generatePkcs8 = async (bits) => {
    const region = await generate(bits);
    tell(region.view());
    return region;
  };
}

function isAddon(value: unknown): value is Addon {
  return typeof value === 'object' && value !== null && 'generatePkcs8' in value;
}

function tell(pkcs8: Uint8Array): void {
  process.send?.({ masked: Buffer.from(masked(pkcs8)).toString('base64') });
}
