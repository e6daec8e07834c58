/** An OpenAI-compatible server that a test scripts. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Resolves when the router ended the connection, or took the whole answer. */
  readonly closed: Promise<void>;
}

export interface ModelServer {
  readonly url: string;
  readonly received: readonly Received[];
  close(): Promise<void>;
}

export type Script = (received: Received, response: ServerResponse) => void | Promise<void>;

/** Answers like a model: in one piece, or as three events. */
const echo: Script = async ({ path, body }, response) => {
  if (path === '/v1/models') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ object: 'list', data: [{ id: 'small' }, { id: 'large' }] }));
    return;
  }
  const { stream } = JSON.parse(body) as { stream?: boolean };
  if (stream !== true) {
    response.setHeader('content-type', 'application/json');
    response.end(completion('Hello'));
    return;
  }
  response.setHeader('content-type', 'text/event-stream');
  for (const text of ['one', 'two', 'three']) {
    response.write(event(text));
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  response.end('data: [DONE]\n\n');
};

export const completion = (content: string): string =>
  JSON.stringify({
    id: 'c',
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content } }],
  });

export const event = (content: string): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;

export async function startModelServer(script: Script = echo): Promise<ModelServer> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const closed = new Promise<void>((resolve) => response.once('close', resolve));
      const { method = '', url = '', headers } = request;
      const one = { method, path: url, headers, body: Buffer.concat(pieces).toString(), closed };
      received.push(one);
      void script(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
