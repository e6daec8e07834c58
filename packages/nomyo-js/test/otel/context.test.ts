/** Where a span stands, and what goes along with a request. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  context,
  propagation,
  ROOT_CONTEXT,
  trace,
  type Context,
  type ContextManager,
} from '@opentelemetry/api';
import { SecureChatCompletion } from '../../src/index.js';
import { instrument } from '../../src/otel/index.js';
import { MARKERS } from '../leaks.js';
import { cleanUp, client, configFor, later, REQUEST, router } from '../support.js';
import { lookAtAll, telemetry } from './support.js';

/** The context manager that an SDK registers on Node. */
class Contexts implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();
  active = (): Context => this.#storage.getStore() ?? ROOT_CONTEXT;
  with: ContextManager['with'] = (active, task, self, ...args) =>
    this.#storage.run(active, () => task.apply(self, args));
  bind: ContextManager['bind'] = (_context, target) => target;
  enable = (): this => this;
  disable = (): this => this;
}

beforeEach(() => {
  context.setGlobalContextManager(new Contexts());
  later(() => context.disable());
});
afterEach(cleanUp);

/** A context with baggage of the application's own. */
const withBaggage = (): Context =>
  propagation.setBaggage(context.active(), propagation.createBaggage({ user: { value: MARKERS.prompt } }));

describe('the context of a call', () => {
  it('is that of the caller: the span stands under the active one', async () => {
    const { options, spans } = telemetry();
    const made = instrument(client(await router()), options);
    const parent = options.tracerProvider.getTracer('application').startSpan('parent');
    await context.with(trace.setSpan(context.active(), parent), () => made.create(REQUEST));
    parent.end();
    expect(spans().map(({ name }) => name)).toEqual([`chat ${REQUEST.model}`, 'parent']);
    expect(spans()[0]?.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
  });

  it('has the span but no baggage while the request is sent, so that no instrumentation sends it', async () => {
    const to = await router({ tls: false });
    const { options, spans, points } = telemetry();
    const seen: { readonly span: string | undefined; readonly baggage: boolean }[] = [];
    const made = new SecureChatCompletion({
      ...configFor(to),
      allowHttp: true,
      fetch: (input, init) => {
        const active = context.active();
        const span = trace.getSpanContext(active)?.spanId;
        seen.push({ span, baggage: propagation.getBaggage(active) !== undefined });
        return fetch(input, init);
      },
    });
    later(() => made.dispose());
    instrument(made, options);
    await context.with(withBaggage(), async () => {
      await made.create(REQUEST);
      expect(propagation.getBaggage(context.active())).toBeDefined();
    });
    const [span] = spans();
    expect(seen.length).toBeGreaterThanOrEqual(2);
    for (const each of seen) expect(each).toEqual({ span: span?.spanContext().spanId, baggage: false });
    lookAtAll(spans(), await points());
  });

  it('never reaches the router', async () => {
    const to = await router();
    const { options } = telemetry();
    await context.with(withBaggage(), () => instrument(client(to), options).create(REQUEST));
    for (const { headers } of to.requests) {
      for (const name of ['baggage', 'traceparent', 'tracestate']) expect(headers).not.toHaveProperty(name);
      expect(JSON.stringify(headers)).not.toContain(MARKERS.prompt);
    }
  });
});
