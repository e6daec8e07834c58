/**
 * OpenTelemetry for the calls of a client: a span and two metrics each, by the GenAI conventions. There is no way for
 * content to get in: what a client tells its observers has none. Needs the optional peer `@opentelemetry/api`.
 *
 * @packageDocumentation
 */
import { metrics, trace, type MeterProvider, type TracerProvider } from '@opentelemetry/api';
import { anObject, InvalidArgumentError, isObject, refuseUnknown } from '@nomyo/base';
import { isObservable } from '../observe/observer.js';
import { createObserver } from './calls.js';

/** Where spans and metrics go. */
export interface InstrumentOptions {
  /** Default: the global one, which does nothing until an SDK is registered. */
  readonly tracerProvider?: TracerProvider;
  /** Default: the global one, which does nothing until an SDK is registered. */
  readonly meterProvider?: MeterProvider;
}

/** The instrumentation scope of everything that is told. */
const SCOPE = 'nomyo-js';

/** Ends what an earlier call to `instrument` began: two would tell every call twice. */
const running = new WeakMap<object, () => void>();

/**
 * Tells every call of a client: one span `chat MODEL` from its beginning to its end, retries and streams included, and
 * the metrics `gen_ai.client.operation.duration` and `gen_ai.client.token.usage`.
 *
 * @param client a `SecureChatCompletion` or `SecureCompletionClient`
 * @returns the same client
 * @throws {InvalidArgumentError} when it is none, or an option is wrong
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
