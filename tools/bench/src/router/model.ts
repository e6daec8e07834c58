/** A server that runs no model: whole answers at once, streams at a pace. */
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { readBody } from '../http.js';
import { answerJson } from '../payloads.js';

/** How it answers, and over what. */
export interface ModelOptions {
  /** Characters of a whole answer. */
  readonly answerBytes: number;
  /** Of a stream. */
  readonly tokens: number;
  readonly tokensPerSecond: number;
  /** Before the first token: what a model takes to read the prompt. */
  readonly firstTokenMs: number;
  /** Default: plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

export function createModel(options: ModelOptions): Server {
  const whole = answerJson(options.answerBytes);
  const listener: RequestListener = (request, response) => {
    const answer = (body: Buffer): void => {
      if (/"stream":\s*true/u.test(body.toString('utf8'))) stream(response, options);
      else response.setHeader('content-type', 'application/json').end(whole);
    };
    readBody(request).then(answer, () => response.destroy());
  };
  return options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
}

const event = (content: string): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 0, model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;

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
