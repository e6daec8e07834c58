/** Records the calls of a client as spans and metrics. */
import {
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Histogram,
  type Meter,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import type { CallEnd, CallObserver, CallRecorder, CallStart, RetryNote } from '../observe/observer.js';
import {
  endAttributes,
  errorTypeOf,
  outcomeAttributes,
  spanAttributes,
  startAttributes,
} from './attributes.js';

/** The boundaries that the conventions recommend, in seconds and in tokens. */
const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = [
  1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
];

const MS_PER_SECOND = 1000;

interface Instruments {
  readonly tracer: Tracer;
  readonly duration: Histogram;
  readonly tokens: Histogram;
}

/** An observer that records one span and two metrics for each call. */
export function createObserver(tracer: Tracer, meter: Meter): CallObserver {
  const instruments = {
    tracer,
    duration: meter.createHistogram('gen_ai.client.operation.duration', {
      unit: 's',
      description: 'Duration of a call, retries included',
      advice: { explicitBucketBoundaries: SECONDS },
    }),
    tokens: meter.createHistogram('gen_ai.client.token.usage', {
      unit: '{token}',
      description: 'Tokens of a call',
      advice: { explicitBucketBoundaries: TOKENS },
    }),
  };
  // The conventions have no operation for a list of models.
  return { begin: (call) => (call.operation === 'models' ? undefined : new CallSpan(call, instruments)) };
}

/** One call. */
class CallSpan implements CallRecorder {
  readonly #instruments: Instruments;
  readonly #attributes: Attributes;
  readonly #span: Span;
  readonly #context: Context;

  constructor(call: CallStart, instruments: Instruments) {
    this.#instruments = instruments;
    this.#attributes = startAttributes(call);
    const name = call.model === undefined ? 'chat' : `chat ${call.model}`;
    const attributes = { ...this.#attributes, ...spanAttributes(call) };
    const parent = context.active();
    this.#span = instruments.tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent);
    this.#context = trace.setSpan(parent, this.#span);
  }

  /**
   * Spans of the request are children of this one. Baggage is the application's own: no instrumentation sends it on.
   */
  within<T>(task: () => T): T {
    return context.with(propagation.deleteBaggage(this.#context), task);
  }

  retry({ attempt, delayMs, code }: RetryNote): void {
    this.#span.addEvent('nomyo.retry', {
      'nomyo.attempt': attempt,
      'nomyo.delay_ms': delayMs,
      ...(code === undefined ? {} : { 'error.type': code }),
    });
  }

  end(call: CallEnd): void {
    const errorType = errorTypeOf(call);
    this.#span.setAttributes(endAttributes(call));
    if (errorType !== undefined) {
      this.#span.setAttribute('error.type', errorType);
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#record(call);
    this.#span.end();
  }

  #record(call: CallEnd): void {
    const attributes = { ...this.#attributes, ...outcomeAttributes(call) };
    const { duration, tokens } = this.#instruments;
    duration.record(call.durationMs / MS_PER_SECOND, attributes, this.#context);
    for (const [type, count] of [
      ['input', call.answer?.inputTokens],
      ['output', call.answer?.outputTokens],
    ] as const) {
      if (count === undefined) continue;
      tokens.record(count, { ...attributes, 'gen_ai.token.type': type }, this.#context);
    }
  }
}
