import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from '@jest/globals';

/** One request as the upstream got it. */
interface Forwarded {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A small OpenAI-compatible server. */
export interface UpstreamServer {
  readonly url: string;
  readonly requests: readonly Forwarded[];
}

/** Answers one request. */
export type Answering = (response: ServerResponse) => void;

/** Starts servers that end with the test. */
export function useUpstreams(): (answer: Answering) => Promise<UpstreamServer> {
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });
  return async (answer) => {
    const requests: Forwarded[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        requests.push({
          path: `${request.method ?? ''} ${request.url ?? ''}`,
          headers: request.headers,
          body,
        });
        answer(response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      server.close();
      server.closeAllConnections();
    });
    const { port } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${String(port)}`, requests };
  };
}

export function completionText(content: string): string {
  return JSON.stringify({
    id: 'chatcmpl-upstream',
    object: 'chat.completion',
    created: 1,
    model: 'upstream-model',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  });
}
