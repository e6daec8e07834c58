/** A server that runs no model: whole answers at once, streams at a pace. */
import { createServer, type ServerResponse } from 'node:http';
import { listening, readBody, type Listening } from '../http.js';
import { answerJson, ONE_KB } from '../payloads.js';

export const TOKENS_PER_SECOND = 100;

/** The time a small model needs to read a short prompt; most need longer. */
const FIRST_TOKEN_MS = 50;

/** @param tokens of each stream */
export function openModel(tokens: number): Promise<Listening> {
  const whole = answerJson(ONE_KB);
  const server = createServer((request, response) => {
    const answer = (body: Buffer): void => {
      if (/"stream":\s*true/u.test(body.toString('utf8'))) stream(response, tokens);
      else response.setHeader('content-type', 'application/json').end(whole);
    };
    readBody(request).then(answer, () => response.destroy());
  });
  return listening(server);
}

const DELTA = { index: 0, delta: { content: ' token' }, finish_reason: null };
const CHUNK = { id: 'c', object: 'chat.completion.chunk', created: 0, model: 'm', choices: [DELTA] };
const EVENT = `data: ${JSON.stringify(CHUNK)}\n\n`;

/** By the clock: a timer that came late writes what is due. */
function stream(response: ServerResponse, tokens: number): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  const every = 1000 / TOKENS_PER_SECOND;
  const startedAt = performance.now() + FIRST_TOKEN_MS;
  let sent = 0;
  const tick = (): void => {
    const due = Math.min(Math.floor((performance.now() - startedAt) / every) + 1, tokens);
    for (; sent < due; sent += 1) response.write(EVENT);
    if (sent === tokens) response.end('data: [DONE]\n\n');
    else if (!response.destroyed) {
      setTimeout(tick, Math.max(startedAt + sent * every - performance.now(), 0));
    }
  };
  setTimeout(tick, FIRST_TOKEN_MS);
}
