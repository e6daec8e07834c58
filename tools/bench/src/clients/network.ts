/** The floor under every latency: the same bytes to and fro, with no cryptography but TLS. */
import { seal } from './reference/envelope.js';
import { openExchange } from './reference/client.js';
import type { BenchClient, ClientConfig } from './client.js';

/** Seals the first request and sends that body again and again. */
export async function openNetwork(config: ClientConfig): Promise<BenchClient> {
  const { poster, recipient } = await openExchange({ ...config, copies: 1 });
  let body: Promise<Buffer> | undefined;
  return {
    call: async (request) => {
      body ??= seal(JSON.stringify(request), recipient);
      return poster.post(await body);
    },
    close: () => poster.close(),
  };
}
