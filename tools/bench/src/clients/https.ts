/** One request by `node:https` and one `JSON.parse`: what no client can be faster than. */
import { once } from 'node:events';
import { openHttp, readBody } from '../http.js';
import type { BenchClient, ClientConfig } from './client.js';

export function openHttps({ baseUrl, ca, apiKey = '' }: ClientConfig): BenchClient {
  const { post, close } = openHttp(baseUrl, ca);
  const call: BenchClient['call'] = async (request) => {
    const answer = await post(PATH, headersOf(apiKey), JSON.stringify(request));
    return JSON.parse((await readBody(answer)).toString('utf8')) as unknown;
  };
  return { call, close };
}

/** A call is over with the first event of its stream. */
export function openFirstEvent({ baseUrl, ca, apiKey = '' }: ClientConfig): BenchClient {
  const { post, close } = openHttp(baseUrl, ca);
  const call: BenchClient['call'] = async (request) => {
    const answer = await post(PATH, headersOf(apiKey), JSON.stringify({ ...request, stream: true }));
    await once(answer, 'data');
    answer.destroy();
  };
  return { call, close };
}

const PATH = '/v1/chat/completions';

const headersOf = (apiKey: string): Record<string, string> => ({
  'content-type': 'application/json',
  authorization: `Bearer ${apiKey}`,
});
