/** Runs one request that was entered into the map: asks the upstream, and seals what it says as it says it. */
import { concatBytes } from '@nomyo/base';
import { factsOf, type RequestFacts } from '../json/members.js';
import type { Tier } from '../json/values.js';
import { LIMITS } from '../limits.js';
import type { AnswerSealer, OpenRequest } from '../protocol/port.js';
import type { UpstreamAnswer, UpstreamCall } from '../upstream/client.js';
import { collect } from '../upstream/collect.js';
import { failureAnswer, statusAnswer, UpstreamError } from '../upstream/failure.js';
import { errorAnswer, Refusal, type Answer, type AnswerHead } from './answer.js';
import { Gatherer } from './gather.js';
import type { AnswerSink } from './sink.js';

/** Which server answers, and what it may be asked. */
export interface Route {
  readonly upstream: { call(call: UpstreamCall): Promise<UpstreamAnswer> };
  readonly models: readonly string[] | undefined;
}

/** One request under way. */
export interface Run {
  readonly request: OpenRequest;
  readonly facts: RequestFacts;
  readonly route: Route;
  readonly sink: AnswerSink;
  /** The client went away. */
  readonly gone: AbortSignal;
  /** The server stops, and waits no longer. */
  readonly stop: AbortSignal;
}

/** What a request ended with: `ok`, or the code of its error. */
export type Outcome = string;

/** @throws {Refusal} 400 or 403, sealed by the caller: before the map is asked */
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

/** Never rejects: a failure is part of the answer. */
export async function runCompletion(run: Run): Promise<Outcome> {
  const { request, facts, route, gone, stop } = run;
  const deadline = AbortSignal.timeout(LIMITS.upstreamMs);
  // A whole answer is finished and kept, so that a client that comes back gets it without a second run.
  const signal = AbortSignal.any([stop, deadline, ...(facts.stream ? [gone] : [])]);
  const sealer = request.answer();
  try {
    const call = { method: 'POST', path: 'chat/completions', body: request.body, signal } as const;
    const answer = await route.upstream.call(call);
    if (answer.status === 200 && facts.stream && isEventStream(answer)) {
      return await sendStream(run, sealer, answer);
    }
    return sendWhole(run, sealer, await wholeAnswer(answer));
  } catch (error) {
    const failure = error instanceof UpstreamError ? error.failure : 'broken';
    return sendWhole(run, sealer, failureAnswer(failure));
  } finally {
    sealer.dispose();
  }
}

function isEventStream({ contentType }: UpstreamAnswer): boolean {
  return /^text\/event-stream\b/iu.test(contentType ?? '');
}

export async function wholeAnswer({
  status,
  contentType,
  retryAfter,
  body,
}: UpstreamAnswer): Promise<Answer> {
  if (status !== 200) {
    const said = await collect(body, LIMITS.upstreamError);
    return statusAnswer(status, retryAfter, said ?? new Uint8Array(0));
  }
  const whole = await collect(body, LIMITS.upstreamAnswer);
  if (whole === undefined) return failureAnswer('too_large');
  if (!/^application\/(?:[\w.-]+\+)?json\b/iu.test(contentType ?? '')) {
    whole.fill(0);
    return errorAnswer(502, 'upstream_error', 'the inference server answered with something that is no JSON');
  }
  return { head: { status: 200, contentType: 'application/json' }, body: whole };
}

function sendWhole({ request, sink }: Run, sealer: AnswerSealer, answer: Answer): Outcome {
  sink.writeWhole(sealWhole(sealer, answer, request.head.tier));
  return answer.head.code ?? 'ok';
}

/** One answer in one piece; the plaintext is wiped. */
export function sealWhole(sealer: AnswerSealer, { head, body }: Answer, tier: Tier | undefined): Uint8Array {
  const sealed = [sealer.head(headOf(head, tier), false), sealer.end(body)];
  body.fill(0);
  return concatBytes(...sealed);
}

/** SPEC §6: the tier that was applied stands in every head, errors included. */
function headOf(head: AnswerHead, tier: Tier | undefined): AnswerHead {
  return tier === undefined ? head : { ...head, tier };
}

async function sendStream(run: Run, sealer: AnswerSealer, answer: UpstreamAnswer): Promise<Outcome> {
  const { sink, request } = run;
  const { tier } = request.head;
  sink.write(sealer.head(headOf({ status: 200, contentType: 'text/event-stream' }, tier), true));
  const times = { gatherMs: LIMITS.gatherMs, keepAliveMs: LIMITS.keepAliveFrameMs };
  const gatherer = new Gatherer({ send: (content) => sink.write(sealer.data(content)) }, times);
  try {
    for await (const piece of answer.body) {
      gatherer.push(piece);
      await sink.drained();
    }
    const last = gatherer.take();
    sink.write(sealer.end(last));
    last.fill(0);
    return 'ok';
  } catch (error) {
    const { head } = failureAnswer(error instanceof UpstreamError ? error.failure : 'broken');
    gatherer.flush();
    sink.write(sealer.abort(headOf(head, tier)));
    return head.code ?? 'aborted';
  } finally {
    gatherer.stop();
    sink.end();
  }
}
