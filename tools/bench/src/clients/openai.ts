/** OpenAI's own library over HTTPS: the duties of a client (checks, retries, deadlines, typed answers), and no seal. */
import OpenAI from 'openai';
import type { BenchClient, ClientConfig } from './client.js';

/** It trusts what `NODE_EXTRA_CA_CERTS` says. */
export function openOpenAI({ baseUrl, apiKey = 'none' }: ClientConfig): BenchClient {
  const client = new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey });
  return { call: (request) => client.chat.completions.create({ ...request }) };
}
