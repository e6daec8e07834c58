/** A fake inference server: answers in the format of OpenAI's API, whole or streamed, without a model. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { listen, shut } from '../http/listener.js';
import { isObject } from '../json/values.js';

/** A stand-in that listens. */
export interface StandIn {
  readonly url: string;
  readonly close: () => Promise<void>;
}

const WORDS = ['This ', 'is ', 'a ', 'stand-in, ', 'not ', 'a ', 'model.'];

/** Pause between two words of a stream, in ms. */
const PAUSE_MS = 100;

/** Largest request, in bytes. */
const MOST_BYTES = 16_777_216;

/** @param port 0: any free one */
export async function startStandIn(port: number): Promise<StandIn> {
  const server = createServer((request, response) => void answer(request, response));
  const url = `http://127.0.0.1:${String(await listen(server, '127.0.0.1', port))}`;
  const close = (): Promise<void> => {
    server.closeAllConnections();
    return shut(server);
  };
  return { url, close };
}

/** Never rejects. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const asked = await bodyOf(request);
    const target = `${request.method ?? ''} ${request.url ?? ''}`;
    if (target === 'GET /v1/models') sendJson(response, 200, models());
    else if (target !== 'POST /v1/chat/completions') sendJson(response, 404, error('not found'));
    else if (asked?.['stream'] === true) await sendStream(response);
    else if (asked === undefined) sendJson(response, 400, error('the body must be a JSON object'));
    else sendJson(response, 200, completion());
  } catch {
    response.destroy();
  }
}

async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>> | undefined> {
  let text = '';
  request.setEncoding('utf8');
  for await (const piece of request) {
    text += String(piece);
    if (text.length > MOST_BYTES) throw new RangeError('the body is too large');
  }
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const head = (object: string): object => ({
  id: 'chatcmpl-stand-in',
  object,
  model: 'stand-in',
  created: Math.floor(Date.now() / 1_000),
});

function models(): object {
  return { object: 'list', data: [{ id: 'stand-in', object: 'model', owned_by: 'nobody' }] };
}

function completion(): object {
  const message = { role: 'assistant', content: WORDS.join('') };
  const usage = { prompt_tokens: 1, completion_tokens: WORDS.length, total_tokens: WORDS.length + 1 };
  return { ...head('chat.completion'), choices: [{ index: 0, message, finish_reason: 'stop' }], usage };
}

async function sendStream(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(chunk({ role: 'assistant', content: '' }));
  for (const content of WORDS) {
    await pause(PAUSE_MS);
    response.write(chunk({ content }));
  }
  response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
}

function chunk(delta: object, finish_reason: string | null = null): string {
  const value = { ...head('chat.completion.chunk'), choices: [{ index: 0, delta, finish_reason }] };
  return `data: ${JSON.stringify(value)}\n\n`;
}

function error(message: string): object {
  return { error: { message, type: 'invalid_request_error' } };
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
