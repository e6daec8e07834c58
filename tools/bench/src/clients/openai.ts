/** What a user would pick instead: the client of OpenAI, which does not encrypt beyond TLS. */
import OpenAI from 'openai';
import type { BenchClient, ClientConfig } from './client.js';

/** It sends with the global `fetch`, which trusts what NODE_EXTRA_CA_CERTS names. */
export function openOpenAI({ baseUrl }: ClientConfig): BenchClient {
  const client = new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey: 'none' });
  return {
    call: ({ model, messages }) => client.chat.completions.create({ model, messages: [...messages] }),
    close: () => undefined,
  };
}
