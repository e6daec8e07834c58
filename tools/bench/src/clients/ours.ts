/** The SDK with its defaults, but for the size of an answer: nothing is turned off. */
import { SecureChatCompletion, type SecureChatCompletionConfig } from 'nomyo-js';
import type { BenchRequest } from '../payloads.js';
import type { BenchClient, ClientConfig } from './client.js';

/** Room for the envelope of the largest answer that a row asks for, 50 MB; the default is 32 MiB. */
const MAX_RESPONSE_BYTES = 100_000_000;

export function openOurs(config: ClientConfig): Promise<BenchClient> {
  return open(config, (client, request) => client.create({ ...request }));
}

/** A call is over when the first chunk of its stream with text is here. */
export function openFirstToken(config: ClientConfig): Promise<BenchClient> {
  return open(config, async (client, request) => {
    for await (const chunk of await client.create({ ...request, stream: true })) {
      if ((chunk.choices[0]?.delta.content ?? '') !== '') return chunk;
    }
    throw new Error('the stream had no words');
  });
}

/** A call reads its stream to the end. */
export function openWholeStream(config: ClientConfig): Promise<BenchClient> {
  return open(config, async (client, request) => {
    let last: unknown;
    for await (const chunk of await client.create({ ...request, stream: true })) last = chunk;
    return last;
  });
}

async function open(
  config: ClientConfig,
  call: (client: SecureChatCompletion, request: BenchRequest) => Promise<unknown>,
): Promise<BenchClient> {
  const { baseUrl, ca, apiKey } = config;
  const client = new SecureChatCompletion({
    baseUrl,
    maxResponseBytes: MAX_RESPONSE_BYTES,
    ...(await protocolOf(config)),
    ...(await auditOf(config)),
    ...(ca === undefined ? { allowHttp: true } : { tls: { ca, replaceDefaultRoots: true } }),
    ...(apiKey === undefined ? {} : { apiKey }),
  });
  await client.ready();
  return { call: (request) => call(client, request), close: () => client.dispose() };
}

// What only some clients have is loaded by them alone: the row of the start measures what a program loads.

async function auditOf({ audit: file }: ClientConfig): Promise<Pick<SecureChatCompletionConfig, 'audit'>> {
  if (file === undefined) return {};
  const { openAuditLog } = await import('nomyo-js/audit');
  return { audit: await openAuditLog({ file }) };
}

/** What only one of the two versions has. */
async function protocolOf(config: ClientConfig): Promise<SecureChatCompletionConfig> {
  const { root, keyDir, rotationMs = 0, keySize } = config;
  if (root === undefined) return { keyDir, keyRotationInterval: rotationMs, keySize };
  const { v2 } = await import('nomyo-js/v2');
  return { keyDir: null, protocol: v2({ roots: [root] }) };
}
