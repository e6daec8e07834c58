/** One request by `node:https` and one `JSON.parse`: what no client can be faster than. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { openHttp, readBody } from '../http.js';
import type { BenchClient, ClientConfig } from './client.js';

export function openHttps(config: ClientConfig): BenchClient {
  return open(config, {}, async (answer): Promise<unknown> =>
    JSON.parse((await readBody(answer)).toString()),
  );
}

/** A call is over with the first event of its stream. */
export function openFirstEvent(config: ClientConfig): BenchClient {
  return open(config, { stream: true }, async (answer) => {
    await once(answer, 'data');
    answer.destroy();
  });
}

function open(
  config: ClientConfig,
  more: { readonly stream?: true },
  read: (answer: IncomingMessage) => Promise<unknown>,
): BenchClient {
  const { send } = openHttp(config);
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${config.apiKey ?? ''}` };
  return {
    call: async (request) =>
      read(await send('/v1/chat/completions', headers, JSON.stringify({ ...request, ...more }))),
  };
}
