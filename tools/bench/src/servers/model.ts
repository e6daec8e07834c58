/** A server that runs no model: whole answers at once, streams at a pace. */
import { createServer, type ServerResponse } from 'node:http';
import { readBody } from '../http.js';
import { answerJson, ONE_KB } from '../payloads.js';
import { serverCommands, type ServerCommands } from './server.js';

/** Of a stream. */
export interface ModelOptions {
  readonly tokens: number;
  readonly tokensPerSecond: number;
  /** What a model takes to read the prompt. */
  readonly firstTokenMs: number;
}

export function openModel(options: ModelOptions): Promise<ServerCommands> {
  const whole = answerJson(ONE_KB);
  const server = createServer((request, response) => {
    const answer = (body: Buffer): void => {
      if (/"stream":\s*true/u.test(body.toString('utf8'))) stream(response, options);
      else response.setHeader('content-type', 'application/json').end(whole);
    };
    readBody(request).then(answer, () => response.destroy());
  });
  return serverCommands(server);
}

function event(content: string): string {
  const choices = [{ index: 0, delta: { content }, finish_reason: null }];
  const chunk = { id: 'c', object: 'chat.completion.chunk', created: 0, model: 'm', choices };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

/** By the clock: a timer that came late writes what is due. */
function stream(response: ServerResponse, { tokens, tokensPerSecond, firstTokenMs }: ModelOptions): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  const every = 1000 / tokensPerSecond;
  const startedAt = performance.now() + firstTokenMs;
  let sent = 0;
  const tick = (): void => {
    const due = Math.min(Math.floor((performance.now() - startedAt) / every) + 1, tokens);
    for (; sent < due; sent += 1) response.write(event(' token'));
    if (sent === tokens) response.end('data: [DONE]\n\n');
    else if (!response.destroyed) {
      setTimeout(tick, Math.max(startedAt + sent * every - performance.now(), 0));
    }
  };
  setTimeout(tick, firstTokenMs);
}
