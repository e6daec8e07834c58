/** The adapter as a library uses it: a `fetch`, its JSON or its event stream. */
import { createSecureFetch } from 'nomyo-js/fetch';
import type { BenchClient, ClientConfig } from './client.js';

/** Answers as a whole. */
export function openAdapter(config: ClientConfig): Promise<BenchClient> {
  return open(config, {}, (response) => response.json());
}

/** Answers as a stream, which is left when its first words are here. */
export function openFirstWords(config: ClientConfig): Promise<BenchClient> {
  return open(config, { stream: true }, async ({ body }) => {
    const decoder = new TextDecoder();
    for await (const chunk of body ?? []) {
      const event = decoder.decode(chunk);
      if (/"content":"[^"]/.test(event)) return event;
    }
    throw new Error('the stream had no words');
  });
}

async function open(
  { baseUrl, ca, keyDir }: ClientConfig,
  more: { readonly stream?: true },
  read: (response: Response) => Promise<unknown>,
): Promise<BenchClient> {
  const tls = { ca, replaceDefaultRoots: true };
  const secureFetch = createSecureFetch({ baseUrl, keyDir, keyRotationInterval: 0, tls });
  await secureFetch.ready();
  return {
    call: async (request) => {
      const response = await secureFetch(`${secureFetch.baseURL}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...request, ...more }),
      });
      if (!response.ok) throw new Error(`the adapter answered ${String(response.status)}`);
      return read(response);
    },
  };
}
