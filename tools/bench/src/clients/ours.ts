import { SecureChatCompletion, type SecureChatCompletionConfig } from 'nomyo-js';
import type { AuditLog } from 'nomyo-js/audit';
import type { BenchClient, ClientConfig } from './client.js';

/** Room for the envelope of the largest answer that a row asks for, 50 MB; the default is 32 MiB. */
const MAX_RESPONSE_BYTES = 100_000_000;

/** The SDK with its defaults, but for the size of an answer: nothing is turned off. */
export async function openOurs(config: ClientConfig): Promise<BenchClient> {
  const client = await makeOurs(config);
  return {
    call: ({ model, messages }) => client.create({ model, messages: [...messages] }),
    close: () => client.dispose(),
  };
}

/** A call is over when the first chunk of its stream with text is here. */
export async function openFirstToken(config: ClientConfig): Promise<BenchClient> {
  const client = await makeOurs(config);
  return {
    call: async ({ model, messages }) => {
      for await (const chunk of await client.create({ model, messages: [...messages], stream: true })) {
        if ((chunk.choices[0]?.delta.content ?? '') !== '') return chunk;
      }
      throw new Error('the stream had no words');
    },
    close: () => client.dispose(),
  };
}

async function makeOurs(config: ClientConfig): Promise<SecureChatCompletion> {
  const { baseUrl, ca, apiKey, audit: file } = config;
  const audit = file === undefined ? undefined : await auditLog(file);
  const client = new SecureChatCompletion({
    baseUrl,
    maxResponseBytes: MAX_RESPONSE_BYTES,
    ...(await protocolOf(config)),
    ...(ca === undefined ? { allowHttp: true } : { tls: { ca, replaceDefaultRoots: true } }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(audit === undefined ? {} : { audit }),
  });
  await client.ready();
  return client;
}

/** Loaded by the rows that measure it: the row of the start measures what a program without it loads. */
async function auditLog(file: string): Promise<AuditLog> {
  const { openAuditLog } = await import('nomyo-js/audit');
  return openAuditLog({ file });
}

/** What only one of the two versions has. */
async function protocolOf(config: ClientConfig): Promise<SecureChatCompletionConfig> {
  const { root, keyDir, rotationMs = 0, keySize } = config;
  if (root === undefined) {
    return { keyDir, keyRotationInterval: rotationMs, ...(keySize === undefined ? {} : { keySize }) };
  }
  const { v2 } = await import('nomyo-js/v2');
  return { keyDir: null, protocol: v2({ roots: [root] }) };
}
