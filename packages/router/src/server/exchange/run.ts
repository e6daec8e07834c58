/** Runs one request: asks the upstream, and seals its answer as it arrives. */
import type { AbortSignalLike } from '@nomyo/base';
import type { ByteBudget, Share } from '../http/budget.js';
import { factsOf, isWholeObject, looksLikeObject, type RequestFacts } from '../json/members.js';
import type { Limits } from '../limits.js';
import type { AnswerHead, AnswerSealer, OpenRequest } from '../protocol/port.js';
import type { UpstreamAnswer, UpstreamCall } from '../upstream/client.js';
import { collect } from '../upstream/collect.js';
import { failureAnswer, statusAnswer, UpstreamError } from '../upstream/failure.js';
import { errorAnswer, Refusal, type Answer } from './answer.js';
import { Gatherer } from './gather.js';
import { Tail } from './tail.js';
import type { AnswerSink } from './sink.js';
import { within } from './within.js';

/** An upstream and the models that it serves. */
export interface Route {
  readonly upstream: { call(call: UpstreamCall): Promise<UpstreamAnswer> };
  readonly models: readonly string[] | undefined;
}

/** A request to answer. */
export interface Asked {
  readonly request: OpenRequest;
  readonly sink: AnswerSink;
  /** Unix seconds. */
  readonly now: () => number;
  readonly limits: Limits;
}

/** One running request. */
export interface Run extends Asked {
  readonly facts: RequestFacts;
  readonly route: Route;
  /** Aborted when the client disconnects. */
  readonly gone: AbortSignalLike;
  /** Memory budget of whole answers. */
  readonly answers: ByteBudget;
  /** Aborted when the server stops waiting. */
  readonly stop: AbortSignalLike;
}

/** The result of a request: `ok`, or the code of its error. */
export type Outcome = string;

/** @throws {Refusal} 400 or 403, before the map is consulted; the caller seals it */
export function checkFacts(json: Uint8Array, route: Route): RequestFacts {
  const facts = factsOf(json);
  if (facts === undefined) {
    throw new Refusal(
      400,
      'invalid_request',
      'the body must be a JSON object with a "model"; "stream" true or false',
    );
  }
  if (route.models !== undefined && !route.models.includes(facts.model)) {
    throw new Refusal(403, 'model_not_allowed', 'this model is not offered for this tier');
  }
  return facts;
}

/** Failures become part of the answer. */
export function runCompletion(run: Run): Promise<Outcome> {
  const { facts, gone, stop, limits } = run;
  // A whole answer is completed and kept, so that a returning client gets it without a second run.
  const sources = facts.stream ? [stop, gone] : [stop];
  const ms = facts.stream ? limits.streamMs : limits.upstreamMs;
  return within(sources, ms, (signal) => completion(run, signal));
}

async function completion(run: Run, signal: AbortSignalLike): Promise<Outcome> {
  const { request, facts, route, limits } = run;
  const share = run.answers.share();
  try {
    const call = { method: 'POST', path: 'chat/completions', body: request.body, signal } as const;
    const answer = await route.upstream.call(call);
    if (answer.status === 200 && facts.stream && isEventStream(answer)) return await sendStream(run, answer);
    return await sendWhole(run, await wholeAnswer(answer, limits, share));
  } catch (error) {
    if (run.sink.sent > 0) throw error;
    return await sendWhole(run, failureAnswer(error instanceof UpstreamError ? error.failure : 'broken'));
  } finally {
    share.release();
  }
}

function isEventStream({ contentType }: UpstreamAnswer): boolean {
  return /^text\/event-stream\b/iu.test(contentType ?? '');
}

/** @throws {UpstreamError} */
export async function wholeAnswer(answer: UpstreamAnswer, limits: Limits, share: Share): Promise<Answer> {
  const { status, contentType, retryAfter, isDelimited, body } = answer;
  if (status !== 200) {
    const said = await collect(body, limits.upstreamError);
    return statusAnswer(status, retryAfter, said ?? new Uint8Array(0));
  }
  const whole = await collect(body, limits.upstreamAnswer, share);
  if (whole === undefined) return failureAnswer('too_large');
  const isJson = /^application\/(?:[\w.-]+\+)?json\b/iu.test(contentType ?? '');
  if (isJson && looksLikeObject(whole) && (isDelimited || isWholeObject(whole))) {
    return { head: { status: 200, contentType: 'application/json' }, body: whole };
  }
  whole.fill(0);
  if (isJson && !isDelimited) return failureAnswer('broken');
  return errorAnswer(
    502,
    'upstream_error',
    'the inference server answered with something that is no JSON object',
  );
}

/** Sends one whole answer; wipes the plaintext. */
export async function sendWhole(asked: Asked, { head, body }: Answer): Promise<Outcome> {
  const sealer = await asked.request.answer();
  try {
    asked.sink.writeWhole(await sealer.whole(headOf(head, asked), body));
    return head.code ?? 'ok';
  } finally {
    sealer.dispose();
    body.fill(0);
  }
}

/** SPEC section 6: every head names the applied tier, including errors. */
function headOf(head: AnswerHead, { request, now }: Asked): AnswerHead {
  const { tier } = request.head;
  return { ...head, processedAt: Math.floor(now()), ...(tier === undefined ? {} : { tier }) };
}

async function sendStream(run: Run, answer: UpstreamAnswer): Promise<Outcome> {
  const sealer = await run.request.answer();
  try {
    return await streamInto(run, sealer, answer);
  } finally {
    sealer.dispose();
    run.sink.end();
  }
}

async function streamInto(run: Run, sealer: AnswerSealer, answer: UpstreamAnswer): Promise<Outcome> {
  const { sink, limits } = run;
  sink.write(await sealer.head(headOf({ status: 200, contentType: 'text/event-stream' }, run)));
  const times = { gatherMs: limits.gatherMs, keepAliveMs: limits.keepAliveFrameMs };
  const gatherer = new Gatherer({ send: async (content) => sink.write(await sealer.data(content)) }, times);
  try {
    const tail = new Tail();
    for await (const piece of answer.body) {
      tail.push(piece);
      gatherer.push(piece);
      await gatherer.settled();
      await sink.drained();
    }
    // Only END marks a complete answer; a closed connection does not.
    if (!answer.isDelimited && !tail.isDone) throw new UpstreamError('broken');
    const last = await gatherer.end();
    sink.write(await sealer.end(last));
    last.fill(0);
    return 'ok';
  } catch (error) {
    const { head } = failureAnswer(error instanceof UpstreamError ? error.failure : 'broken');
    gatherer.flush();
    await gatherer.end();
    sink.write(await sealer.abort(headOf(head, run)));
    return head.code ?? 'aborted';
  } finally {
    gatherer.stop();
  }
}
