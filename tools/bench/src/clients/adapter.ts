/** The adapter as a library uses it: a `fetch`, its JSON or its event stream. */
import { createSecureFetch, type SecureFetch } from 'nomyo-js/fetch';
import type { BenchRequest } from '../payloads.js';
import type { BenchClient, ClientConfig } from './client.js';

/** Answers as a whole. */
export function openAdapter(config: ClientConfig): Promise<BenchClient> {
  return open(config, async (secureFetch, request) => {
    const response = await ask(secureFetch, request);
    return response.json();
  });
}

/** Answers as a stream, which is left when its first words are here. */
export function openFirstWords(config: ClientConfig): Promise<BenchClient> {
  return open(config, async (secureFetch, request) => {
    const response = await ask(secureFetch, { ...request, stream: true });
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      const event = decoder.decode(chunk);
      if (/"content":"[^"]/.test(event)) return event;
    }
    throw new Error('the stream had no words');
  });
}

async function open(
  { baseUrl, ca, keyDir }: ClientConfig,
  call: (secureFetch: SecureFetch, request: BenchRequest) => Promise<unknown>,
): Promise<BenchClient> {
  const secureFetch = createSecureFetch({
    baseUrl,
    keyDir,
    keyRotationInterval: 0,
    ...(ca === undefined ? { allowHttp: true } : { tls: { ca, replaceDefaultRoots: true } }),
  });
  await secureFetch.ready();
  return {
    call: (request) => call(secureFetch, request),
    close: () => secureFetch.dispose(),
  };
}

async function ask(secureFetch: SecureFetch, body: object): Promise<Response> {
  const response = await secureFetch(`${secureFetch.baseURL}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`the adapter answered ${String(response.status)}`);
  return response;
}
