/** An OpenAI-compatible server that a test scripts. */
import { createServer, type ServerResponse } from 'node:http';
import { MARKERS } from '../leaks.js';
import { later } from '../support.js';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** Resolves when the router took the whole answer, or went away. */
  readonly closed: Promise<void>;
}

export type Script = (asked: Asked, response: ServerResponse) => void | Promise<void>;

export interface Model {
  readonly url: string;
  /** Its requests, in order. */
  readonly asked: readonly Asked[];
}

export function completionOf(content: string): string {
  return JSON.stringify({
    id: 'c-1',
    object: 'chat.completion',
    created: 1,
    model: 'small',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  });
}

export function eventOf(content: string, finish: string | null = null): string {
  const chunk = {
    id: 'c-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'small',
    choices: [{ index: 0, delta: { content }, finish_reason: finish }],
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

export const DONE = 'data: [DONE]\n\n';

/** Words of the answer, as streamed. */
export const WORDS: readonly string[] = ['An ', 'envelope ', 'is ', MARKERS.answer];

const answers: Script = ({ path, body }, response) => {
  if (path === '/v1/models') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ object: 'list', data: [{ id: 'small', object: 'model' }] }));
    return;
  }
  const { stream } = JSON.parse(body) as { readonly stream?: boolean };
  response.setHeader('content-type', stream === true ? 'text/event-stream' : 'application/json');
  response.end(
    stream === true
      ? [...WORDS.map((word) => eventOf(word)), eventOf('', 'stop'), DONE].join('')
      : completionOf(WORDS.join('')),
  );
};

export async function startModel(script: Script = answers): Promise<Model> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const closed = new Promise<void>((resolve) => response.once('close', resolve));
      const { method = '', url = '' } = request;
      const one = { method, path: url, body: Buffer.concat(pieces).toString(), closed };
      asked.push(one);
      void script(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  later(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${String(address.port)}`, asked };
}
