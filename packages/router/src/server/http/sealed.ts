/** One sealed request, from the first byte of its body to the end of its answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { LightAbortController } from '@nomyo/base';
import { exchange } from '../exchange/exchange.js';
import { AnswerSink } from '../exchange/sink.js';
import { clearClassOf, protocolError, RequestReader, type OpenRequest } from '../protocol/port.js';
import { sendClearError } from './clear.js';
import type { Gateway } from './gateway.js';
import { ClientGone, Intake } from './intake.js';
import { largestSealed, receive } from './receive.js';
import { report, type Call } from './report.js';

/** Never rejects. */
export async function serveSealed(gateway: Gateway, keyId: string, call: Call): Promise<void> {
  const { budget, limits } = gateway;
  const sink = new AnswerSink(call.response, limits);
  const intake = new Intake({ budget, limits, most: largestSealed(limits.maxRequest) });
  const seen = { code: 'ok', requestId: undefined as string | undefined, bytes: 0 };
  try {
    const request = await open(gateway, keyId, call.request, intake);
    seen.requestId = request.requestId;
    seen.code = await answer(gateway, request, sink, call.response);
  } catch (error) {
    seen.code = refuse(call.request, call.response, error);
  } finally {
    seen.bytes = intake.bytes;
    intake.release();
  }
  report(gateway, call, { ...seen, out: sink.sent });
}

/** Refuses a request that cannot be answered before reading its body. */
async function open(
  gateway: Gateway,
  keyId: string,
  message: IncomingMessage,
  intake: Intake,
): Promise<OpenRequest> {
  const { keys, now, limits } = gateway;
  refuseWhenDraining(gateway);
  gateway.exchanges.check();
  const { maxRequest } = limits;
  const opener = new RequestReader({ pathKeyId: keyId, keys, now: () => Math.floor(now()), maxRequest });
  return receive(message, opener, intake);
}

/** Takes a place once the body is read: from here on nothing waits for the client. */
async function answer(
  gateway: Gateway,
  request: OpenRequest,
  sink: AnswerSink,
  response: ServerResponse,
): Promise<string> {
  const gone = new LightAbortController();
  const leave = (): void => gone.abort('gone');
  response.once('close', leave);
  if (response.destroyed) leave();
  try {
    refuseWhenDraining(gateway);
    const current = { request, sink, gone: gone.signal, stop: gateway.stop };
    return await gateway.exchanges.within(() => exchange(gateway, current));
  } finally {
    request.dispose();
  }
}

function refuseWhenDraining({ isDraining }: Gateway): void {
  if (isDraining()) throw protocolError('unavailable');
}

/** @returns the code for the log */
export function refuse(message: IncomingMessage, response: ServerResponse, error: unknown): string {
  if (error instanceof ClientGone) {
    response.destroy();
    return error.code;
  }
  const code = clearClassOf(error);
  // The rest of the body is not read: the connection closes after the answer.
  if (!message.complete && !response.headersSent) response.setHeader('connection', 'close');
  message.resume();
  sendClearError(response, code ?? 'unavailable');
  return code ?? 'internal';
}
