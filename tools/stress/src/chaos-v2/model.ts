/** A model that says back what it was asked, in as many words as the question says; and counts how often it was asked. */
import { createServer, type ServerResponse } from 'node:http';

export interface Model {
  readonly url: string;
  readonly runs: Record<string, number>;
}

/** `<mark>:COUNT` asks for COUNT words, each of which holds the mark. */
export const wordsOf = (question: string): readonly string[] => {
  const [mark = '', count = '0'] = question.split(':');
  return Array.from(
    { length: Number(count) },
    (_, i) => `${mark}${String(i)} ${'x'.repeat((i * 37) % 300)} `,
  );
};

/** It lives as long as its process. */
export async function startModel(): Promise<Model> {
  const runs: Record<string, number> = {};
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    request.on('end', () => {
      const question = /<[^>]+>:\d+/u.exec(text)?.[0] ?? '';
      runs[question] = (runs[question] ?? 0) + 1;
      if (/"stream": ?true/u.test(text)) sendStream(response, wordsOf(question));
      else sendWhole(response, wordsOf(question));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return { url: `http://127.0.0.1:${String(port)}`, runs };
}

function sendWhole(response: ServerResponse, words: readonly string[]): void {
  const message = { role: 'assistant', content: words.join('') };
  const choices = [{ index: 0, message, finish_reason: 'stop' }];
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'm', choices }));
}

function sendStream(response: ServerResponse, words: readonly string[]): void {
  response.setHeader('content-type', 'text/event-stream');
  const chunk = (delta: object): string =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`;
  const send = (at: number): void => {
    if (response.destroyed) return;
    if (at >= words.length) {
      response.end('data: [DONE]\n\n');
      return;
    }
    response.write(chunk({ content: words[at] }));
    // Longer than the router gathers: frames of their own.
    setTimeout(() => send(at + 1), 25);
  };
  send(0);
}
