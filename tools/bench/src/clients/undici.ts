/** The hand-written client on undici instead of node:https. */
import { Agent, request as send } from 'undici';
import type { BenchClient, ClientConfig } from './client.js';
import { openExchange } from './reference/client.js';
import { open, seal } from './reference/envelope.js';
import type { createPoster } from './reference/post.js';

/** @throws what the router answers instead of 200 */
export async function openUndici(config: ClientConfig): Promise<BenchClient> {
  const { poster, keys, recipient } = await openExchange(config, createUndiciPoster);
  return {
    call: async (request) => {
      const body = await seal(JSON.stringify(request), recipient);
      return JSON.parse(await open(await poster.post(body), keys)) as unknown;
    },
    close: () => poster.close(),
  };
}

const createUndiciPoster: typeof createPoster = ({ baseUrl, ca }, path, headers) => {
  const dispatcher = new Agent(ca === undefined ? {} : { connect: { ca } });
  return {
    post: async (body) => {
      const response = await send(baseUrl + path, { dispatcher, method: 'POST', headers, body });
      if (response.statusCode !== 200) throw new Error(`the router answered ${String(response.statusCode)}`);
      return Buffer.from(await response.body.arrayBuffer());
    },
    getText: async (below) => (await send(baseUrl + below, { dispatcher })).body.text(),
    close: () => void dispatcher.close(),
  };
};
