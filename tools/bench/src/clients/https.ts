/** One request by `node:https` and one `JSON.parse`: what no client can be faster than. */
import { Agent, request } from 'node:https';
import type { BenchClient, ClientConfig } from './client.js';

/** With a `stream`, a call is over with the first event. */
// eslint-disable-next-line @typescript-eslint/require-await -- all clients are opened in one way
export async function openHttps({ baseUrl, ca, apiKey, stream = false }: ClientConfig): Promise<BenchClient> {
  const agent = new Agent({ keepAlive: true, ca });
  const url = new URL('/v1/chat/completions', baseUrl);
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey ?? ''}` };
  return {
    call: (body) => {
      const json = JSON.stringify(stream ? { ...body, stream } : body);
      const length = { 'content-length': Buffer.byteLength(json) };
      return new Promise((resolve, reject) => {
        const sent = request(url, { method: 'POST', agent, headers: { ...headers, ...length } }, (answer) => {
          const pieces: Buffer[] = [];
          answer.on('data', (piece: Buffer) => {
            pieces.push(piece);
            if (!stream) return;
            resolve(piece);
            answer.destroy();
          });
          answer.once('error', reject);
          answer.once('end', () => resolve(JSON.parse(Buffer.concat(pieces).toString('utf8'))));
        });
        sent.once('error', reject).end(json);
      });
    },
    close: () => agent.destroy(),
  };
}
