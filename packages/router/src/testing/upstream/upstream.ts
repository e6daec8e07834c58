/** Forwards opened requests to an OpenAI-compatible server. */
import {
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { collect } from '../http/collect.js';
import { Refusal } from '../../v1/reply.js';
import type { Answerer } from '../protocol/completion.js';
import { isJsonObject } from '../protocol/payload.js';
import { forwardedBody } from '../../v1/forwarded.js';
import { refusalOf } from './statuses.js';

/** Which server answers. */
export interface UpstreamOptions {
  /** Of its chat completions. */
  readonly url: URL;
  readonly apiKey: string | undefined;
  /** For one whole answer, in ms. */
  readonly timeoutMs: number;
}

/** Largest answer that is read, in bytes: 64 MiB. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** An answerer that asks the upstream. */
export function createUpstream({ url, apiKey, timeoutMs }: UpstreamOptions): Answerer {
  const authorization = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  return async (_request, json, signal) => {
    const body = forwardedBody(json);
    const headers = {
      'content-type': 'application/json',
      'content-length': body.byteLength,
      ...authorization,
    };
    const deadline = AbortSignal.timeout(timeoutMs);
    const ended = AbortSignal.any([signal, deadline]);
    try {
      // A connection of its own: a kept one can have been closed by the server just now.
      const answer = await post(url, { headers, signal: ended, agent: false }, body);
      return checkCompletion(answer);
    } catch (error) {
      throw deadline.aborted ? new Refusal(504, 'the inference backend took too long') : error;
    } finally {
      body.fill(0);
    }
  };
}

/** @throws {Refusal} 503 when the server cannot be reached: nothing ran; 502 when it breaks off: something may have */
async function post(url: URL, options: RequestOptions, body: Uint8Array): Promise<Uint8Array> {
  try {
    const answer = await send(url, options, body);
    if (answer.statusCode === 200) return await readAnswer(answer);
    answer.destroy();
    throw refusalOf(answer.statusCode ?? 0, answer.headers['retry-after']);
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(502, 'the inference backend broke off');
  }
}

function send(url: URL, options: RequestOptions, body: Uint8Array): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', ...options }, resolve);
    const isConnected = whenConnected(sent);
    sent.once('error', (error) => {
      reject(isConnected() ? error : new Refusal(503, 'the inference backend is away'));
    });
    sent.end(body);
  });
}

/** Says whether the connection, and with TLS the handshake, was there: from then on the request may be on its way. */
function whenConnected(sent: ClientRequest): () => boolean {
  let connected = false;
  sent.once('socket', (socket) => {
    const event = 'encrypted' in socket ? 'secureConnect' : 'connect';
    socket.once(event, () => (connected = true));
  });
  return () => connected;
}

async function readAnswer(answer: IncomingMessage): Promise<Uint8Array> {
  const whole = await collect(answer, MAX_ANSWER_BYTES);
  if (whole !== undefined) return whole;
  throw new Refusal(500, 'the answer of the inference backend is too large');
}

/** The answer is sealed as it came, so it must be what it should be. */
function checkCompletion(answer: Uint8Array): Uint8Array {
  try {
    const completion: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answer));
    if (isJsonObject(completion) && Array.isArray(completion['choices'])) return answer;
  } catch {
    // Told below; the parser's own error quotes the answer.
  }
  throw new Refusal(500, 'the inference backend answered with something that is no chat completion');
}
