/** The attributes of a call, by the GenAI conventions of OpenTelemetry. Pure. */
import type { Attributes } from '@opentelemetry/api';
import type { AnswerSummary, CallEnd, CallParameters, CallStart } from '../observe/observer.js';

/** The form of a service's names. Anything else is left out, because it could be content. */
const NAME = /^[\w./:@+-]{1,128}$/;
const REASON = /^[a-z_]{1,32}$/;

const MS_PER_SECOND = 1000;

/** Attributes with few enough values for metrics. */
export function startAttributes({ model, server, securityTier }: CallStart): Attributes {
  return defined({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'nomyo',
    'gen_ai.request.model': model,
    'server.address': server.address,
    'server.port': server.port,
    'nomyo.security_tier': securityTier,
  });
}

/** Attributes that only the span gets, when a call begins. */
export function spanAttributes({ payloadId, parameters, stream }: CallStart): Attributes {
  return {
    'nomyo.payload_id': payloadId,
    ...(stream ? { 'gen_ai.request.stream': true } : {}),
    ...parameterAttributes(parameters),
  };
}

function parameterAttributes(parameters: CallParameters): Attributes {
  const { choices } = parameters;
  return defined({
    'gen_ai.request.max_tokens': parameters.maxTokens,
    'gen_ai.request.temperature': parameters.temperature,
    'gen_ai.request.top_p': parameters.topP,
    'gen_ai.request.top_k': parameters.topK,
    'gen_ai.request.frequency_penalty': parameters.frequencyPenalty,
    'gen_ai.request.presence_penalty': parameters.presencePenalty,
    'gen_ai.request.seed': parameters.seed,
    'gen_ai.request.choice.count': choices === 1 ? undefined : choices,
  });
}

/** Attributes that only the span gets, when a call is over. */
export function endAttributes({ answer, firstChunkMs, attempts }: CallEnd): Attributes {
  return {
    ...answerAttributes(answer),
    ...defined({
      'gen_ai.response.time_to_first_chunk':
        firstChunkMs === undefined ? undefined : firstChunkMs / MS_PER_SECOND,
      'nomyo.attempts': attempts,
    }),
  };
}

function answerAttributes(answer: AnswerSummary | undefined): Attributes {
  if (answer === undefined) return {};
  const reasons = answer.finishReasons.filter((reason) => REASON.test(reason));
  return defined({
    'gen_ai.response.id': nameOf(answer.id),
    'gen_ai.response.model': nameOf(answer.model),
    'gen_ai.response.finish_reasons': reasons.length === 0 ? undefined : reasons,
    'gen_ai.usage.input_tokens': answer.inputTokens,
    'gen_ai.usage.output_tokens': answer.outputTokens,
  });
}

/** Attributes that metrics get as well, when a call is over. */
export function outcomeAttributes(call: CallEnd): Attributes {
  return defined({
    'gen_ai.response.model': nameOf(call.answer?.model),
    'error.type': errorTypeOf(call),
  });
}

/** A code or the name of a class, never a message, which may contain anything that a router wrote. */
export function errorTypeOf({ outcome, failure }: CallEnd): string | undefined {
  if (outcome === 'ok') return undefined;
  return failure?.code ?? failure?.name ?? '_OTHER';
}

function nameOf(text: string | undefined): string | undefined {
  return text !== undefined && NAME.test(text) ? text : undefined;
}

function defined(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
