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
    tls: { ca, replaceDefaultRoots: true },
    maxResponseBytes: MAX_RESPONSE_BYTES,
    ...(await moreOf(config)),
    ...(apiKey === undefined ? {} : { apiKey }),
  });
  await client.ready();
  return { call: (request) => call(client, request), close: () => client.dispose() };
}

/** Loaded only by the clients that have it: the row of the start measures all that a program loads. */
async function moreOf(config: ClientConfig): Promise<SecureChatCompletionConfig> {
  const { root, keyDir, keySize, rotationMs = 0, audit: file } = config;
  const audit =
    file === undefined ? {} : { audit: await (await import('nomyo-js/audit')).openAuditLog({ file }) };
  if (root === undefined) return { ...audit, keyDir, keySize, keyRotationInterval: rotationMs };
  const { v2 } = await import('nomyo-js/v2');
  return { ...audit, keyDir: null, protocol: v2({ roots: [root] }) };
}
