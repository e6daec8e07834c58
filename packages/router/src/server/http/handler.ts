/** Routes every HTTP request. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { forward } from '../fleet/forward.js';
import { clearClassOf, CONTENT_TYPE, protocolError } from '../protocol/port.js';
import type { V1Call } from '../v1/v1.js';
import { repeatedHeader } from '../../v1/headers.js';
import { detailReply, sendReply } from '../../v1/reply.js';
import { FOR_BROWSERS, sendClear, sendClearError, sendPreflight } from './clear.js';
import type { Gateway } from './gateway.js';
import { report, type Call } from './report.js';
import { targetOf, type Target } from './routes.js';
import { refuse, serveSealed } from './sealed.js';

/** @param mayForward `false` on the listener for other routers: forwarded requests are not forwarded again */
export function createHandler(gateway: Gateway, mayForward: boolean): RequestListener {
  return (request, response) => {
    if (gateway.isDraining()) response.setHeader('connection', 'close');
    const target = targetOf(request.method ?? '', request.url ?? '', gateway.v1 !== undefined);
    const call = { request, response, startedAt: Date.now() };
    if (target.kind === 'v1') void serveV1(gateway, target.call, call);
    else if (target.kind !== 'sealed') void serveClear(gateway, target, request, response);
    else void route(gateway, target.keyId, call, mayForward);
  };
}

/** Forwards a request sealed to another router's key. Never rejects. */
async function route(gateway: Gateway, keyId: string, call: Call, mayForward: boolean): Promise<void> {
  if (repeatedHeader(call.request.rawHeaders) !== undefined) {
    const code = refuse(call.request, call.response, protocolError('malformed'));
    report(gateway, call, { code });
    return;
  }
  const address = mayForward ? gateway.peers.addressOf(keyId) : undefined;
  if (address === undefined || gateway.keys.find(keyId) !== undefined) {
    await serveSealed(gateway, keyId, call);
    return;
  }
  const { request, response } = call;
  const outcome = await forward(address, request.url ?? '', request, response);
  if (outcome === 'unreachable') {
    // Its keys were in its memory only: they are gone, and requests sealed to them cannot be opened.
    gateway.peers.forget(address);
    refuse(request, response, protocolError('key_unknown'));
  } else if (outcome === 'broken') response.destroy();
  report(gateway, call, { code: `forward_${outcome}` });
}

/** Never rejects. */
async function serveV1(gateway: Gateway, v1Call: V1Call, call: Call): Promise<void> {
  const { request, response } = call;
  let code: string;
  try {
    if (gateway.isDraining() || gateway.v1 === undefined) throw protocolError('unavailable');
    code = await gateway.v1(v1Call, request, response);
  } catch (error) {
    code = clearClassOf(error) ?? 'internal';
    const headers = { ...FOR_BROWSERS, 'retry-after': '1', connection: 'close' };
    sendReply(response, detailReply(503, 'the router is busy, or stops', headers));
  }
  report(gateway, call, { code });
}

/** Never rejects. */
async function serveClear(
  gateway: Gateway,
  target: Exclude<Target, { kind: 'sealed' } | { kind: 'v1' }>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.resume();
  if (target.kind === 'preflight') sendPreflight(response);
  else if (target.kind === 'wrong-method') {
    sendClear(response, 405, 'text/plain', '', { allow: target.allow });
  } else if (target.kind === 'unknown') sendClear(response, 404, 'text/plain', '');
  else await sendDocument(gateway, response);
}

async function sendDocument({ keys, isDraining }: Gateway, response: ServerResponse): Promise<void> {
  try {
    if (isDraining() || !keys.canPublish) throw protocolError('unavailable');
    sendClear(response, 200, CONTENT_TYPE.keys, await keys.document());
  } catch {
    sendClearError(response, 'unavailable');
  }
}
