import { SecureChatCompletion } from 'nomyo-js';
import { openAuditLog } from 'nomyo-js/audit';
import type { BenchClient, ClientConfig } from './client.js';

/** The SDK with its defaults: nothing is turned off. */
export async function openOurs(config: ClientConfig): Promise<BenchClient> {
  const { baseUrl, ca, keyDir, rotationMs = 0, keySize, audit: file } = config;
  const audit = file === undefined ? undefined : await openAuditLog({ file });
  const client = new SecureChatCompletion({
    baseUrl,
    keyDir,
    keyRotationInterval: rotationMs,
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
