/** OpenAI's own library over HTTPS: the duties of a client (checks, retries, deadlines, typed answers), and no seal. */
import OpenAI from 'openai';
import type { BenchClient, ClientConfig } from './client.js';

/** It trusts what `NODE_EXTRA_CA_CERTS` says. */
// eslint-disable-next-line @typescript-eslint/require-await -- all clients are opened in one way
export async function openOpenAI({ baseUrl, apiKey = 'none' }: ClientConfig): Promise<BenchClient> {
  const client = new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey });
  return {
    call: ({ model, messages }) => client.chat.completions.create({ model, messages: [...messages] }),
    close: () => undefined,
  };
}
