/** One request by `node:https` and one `JSON.parse`: what no client can be faster than. */
import { once } from 'node:events';
import type { BenchClient, ClientConfig } from './client.js';
import { openHttp, readBody } from '../http.js';

/** With a `stream`, a call is over with the first event. */
// eslint-disable-next-line @typescript-eslint/require-await -- all clients are opened in one way
export async function openHttps(config: ClientConfig): Promise<BenchClient> {
  const { apiKey = '', stream = false } = config;
  const { post, close } = openHttp(config);
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` };
  return {
    call: async (body) => {
      const json = JSON.stringify(stream ? { ...body, stream } : body);
      const answer = await post('/v1/chat/completions', headers, json);
      if (!stream) return JSON.parse((await readBody(answer)).toString('utf8')) as unknown;
      await once(answer, 'data');
      answer.destroy();
      return undefined;
    },
    close,
  };
}
