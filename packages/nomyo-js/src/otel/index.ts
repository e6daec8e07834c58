/**
 * A span and two metrics for each call of a client, by OpenTelemetry's GenAI conventions. They cannot hold content,
 * because a client gives its observers none. Needs the optional peer dependency `@opentelemetry/api`.
 *
 * @packageDocumentation
 */
import { metrics, trace, type MeterProvider, type TracerProvider } from '@opentelemetry/api';
import { anObject, InvalidArgumentError, isObject, refuseUnknown } from '@nomyo/base';
import { isObservable } from '../observe/observer.js';
import { createObserver } from './calls.js';

/** Options of {@link instrument}. */
export interface InstrumentOptions {
  /** Receives spans. Default: the global one, which does nothing until an SDK is registered. */
  readonly tracerProvider?: TracerProvider;
  /** Receives metrics. Default: the global one, which does nothing until an SDK is registered. */
  readonly meterProvider?: MeterProvider;
}

/** The instrumentation scope of all spans and metrics. */
const SCOPE = 'nomyo-js';

/** By client, a function that ends an earlier `instrument`: two would record every call twice. */
const running = new WeakMap<object, () => void>();

/**
 * Records every call of a client: one span `chat MODEL` from its beginning to its end, retries and streams included,
 * and the metrics `gen_ai.client.operation.duration` and `gen_ai.client.token.usage`.
 *
 * @param client a `SecureChatCompletion` or `SecureCompletionClient`
 * @returns the same client
 * @throws {InvalidArgumentError} when it is not such a client, or on an invalid option
 *
 * @example
 * const client = instrument(new SecureChatCompletion());
 * const secureFetch = createSecureFetch({ client });
 */
export function instrument<C extends object>(client: C, options: InstrumentOptions = {}): C {
  if (!isObservable(client)) {
    throw new InvalidArgumentError('client', 'must be a SecureChatCompletion or a SecureCompletionClient');
  }
  refuseUnknown(anObject('options', options), ['tracerProvider', 'meterProvider']);
  const { tracerProvider = trace, meterProvider = metrics } = options;
  checkProvider('tracerProvider', tracerProvider, 'getTracer');
  checkProvider('meterProvider', meterProvider, 'getMeter');
  const observer = createObserver(tracerProvider.getTracer(SCOPE), meterProvider.getMeter(SCOPE));
  running.get(client)?.();
  running.set(client, client.observe(observer));
  return client;
}

function checkProvider(name: string, provider: unknown, method: string): void {
  if (isObject(provider) && typeof provider[method] === 'function') return;
  throw new InvalidArgumentError(name, `must have the function ${method}`);
}
