import { SecureChatCompletion } from 'nomyo-js';
import { openAuditLog } from 'nomyo-js/audit';
import type { BenchClient, ClientConfig } from './client.js';

/** Room for the envelope of the largest answer that a row asks for, 50 MB; the default is 32 MiB. */
const MAX_RESPONSE_BYTES = 100_000_000;

/** The SDK with its defaults, but for the size of an answer: nothing is turned off. */
export async function openOurs(config: ClientConfig): Promise<BenchClient> {
  const { baseUrl, ca, keyDir, rotationMs = 0, keySize, audit: file } = config;
  const audit = file === undefined ? undefined : await openAuditLog({ file });
  const client = new SecureChatCompletion({
    baseUrl,
    keyDir,
    keyRotationInterval: rotationMs,
    maxResponseBytes: MAX_RESPONSE_BYTES,
    ...(ca === undefined ? { allowHttp: true } : { tls: { ca, replaceDefaultRoots: true } }),
    ...(keySize === undefined ? {} : { keySize }),
    ...(audit === undefined ? {} : { audit }),
  });
  await client.ready();
  return {
    call: ({ model, messages }) => client.create({ model, messages: [...messages] }),
    close: () => client.dispose(),
  };
}
