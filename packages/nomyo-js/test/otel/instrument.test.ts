import { afterEach, describe, expect, it } from '@jest/globals';
import { metrics, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { createSecureFetch } from '../../src/fetch/index.js';
import { instrument } from '../../src/otel/index.js';
import { post } from '../fetch/support.js';
import { MARKERS } from '../leaks.js';
import { cleanUp, client, later, lowLevelClient, rejection, REQUEST, router } from '../support.js';
import { lookAtAll, telemetry } from './support.js';

afterEach(cleanUp);

describe('instrument()', () => {
  it('reports a call as one span and as metrics, by the GenAI conventions', async () => {
    const to = await router();
    const { options, spans, points } = telemetry();
    const made = client(to);
    expect(instrument(made, options)).toBe(made);
    await made.create({
      ...REQUEST,
      security_tier: 'high',
      temperature: 0.5,
      max_tokens: 9,
      stop: [MARKERS.prompt],
    });
    const [span, ...others] = spans();
    expect(others).toHaveLength(0);
    expect(span).toMatchObject({ name: `chat ${REQUEST.model}`, kind: SpanKind.CLIENT });
    expect(span?.instrumentationScope.name).toContain('nomyo');
    expect(span?.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'nomyo',
      'gen_ai.request.model': REQUEST.model,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.max_tokens': 9,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': expect.any(Number),
      'gen_ai.usage.output_tokens': expect.any(Number),
      'server.address': '127.0.0.1',
      'server.port': to.port,
      'nomyo.security_tier': 'high',
    });
    const told = await points();
    expect(new Set(told.map(({ name, unit }) => `${name} ${unit}`))).toEqual(
      new Set(['gen_ai.client.operation.duration s', 'gen_ai.client.token.usage {token}']),
    );
    expect(told.map(({ attributes }) => attributes['gen_ai.token.type'])).toEqual([
      undefined,
      'input',
      'output',
    ]);
    const allowed =
      /^(gen_ai\.(operation|provider)\.name|gen_ai\.(request|response)\.model|gen_ai\.token\.type|server\.(address|port)|error\.type|nomyo\.security_tier)$/;
    for (const { attributes } of told) {
      for (const name of Object.keys(attributes)) expect(name).toMatch(allowed);
    }
    lookAtAll(spans(), told);
  });

  it('reports retries within one span, for any entry point', async () => {
    const to = await router({ fail: '503-seconds:0*1' });
    const { options, spans } = telemetry();
    const made = instrument(client(to, { maxRetries: 1 }), options);
    await made.chat.completions.create(REQUEST);
    (await made.createRaw(REQUEST)).dispose();
    const low = instrument(lowLevelClient(to), options);
    await low.sendSecureRequest(REQUEST, crypto.randomUUID());
    expect(spans().map(({ name }) => name)).toEqual(new Array(3).fill(`chat ${REQUEST.model}`));
    expect(spans().map(({ events }) => events.length)).toEqual([1, 0, 0]);
    for (const { attributes } of spans()) {
      expect(attributes).toMatchObject({
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.usage.input_tokens': expect.any(Number),
        'gen_ai.usage.output_tokens': expect.any(Number),
      });
    }
  });

  it('keeps the span of a stream open until its end, and says when the first chunk came', async () => {
    const { options, spans } = telemetry();
    const made = instrument(client(await router()), options);
    const stream = await made.create({ ...REQUEST, stream: true });
    expect(spans()).toHaveLength(0);
    for await (const chunk of stream) expect(chunk.choices).toHaveLength(1);
    expect(spans()).toHaveLength(1);
    expect(spans()[0]?.attributes['gen_ai.response.time_to_first_chunk']).toEqual(expect.any(Number));
    expect(spans()[0]?.attributes['gen_ai.usage.output_tokens']).toEqual(expect.any(Number));
    for await (const chunk of await made.create({ ...REQUEST, stream: true })) {
      expect(chunk.choices).toHaveLength(1);
      break;
    }
    expect(spans()[1]?.status.code).toBe(SpanStatusCode.UNSET);
  });

  it('works behind createSecureFetch({ client }), and reports an abort', async () => {
    const { options, spans } = telemetry();
    const made = instrument(client(await router({ fail: ['ok', 'never'] })), options);
    const secureFetch = createSecureFetch({ client: made });
    expect((await secureFetch('/v1/chat/completions', post(REQUEST))).status).toBe(200);
    const signal = AbortSignal.timeout(500);
    await rejection(secureFetch('/v1/chat/completions', { ...post(REQUEST), signal }));
    expect(spans().map(({ attributes }) => attributes['error.type'])).toEqual([undefined, 'TimeoutError']);
  });

  it.each([
    ['flip-tag', 'DECRYPTION_FAILED'],
    ['400-hostile', 'INVALID_REQUEST'],
    ['401', 'AUTHENTICATION_FAILED'],
  ] as const)("reports a failed call (%s) by a code, without the router's words", async (fail, code) => {
    const { options, spans, points } = telemetry();
    const error = await rejection(instrument(client(await router({ fail })), options).create(REQUEST));
    const [span] = spans();
    expect(span?.attributes['error.type']).toBe(code);
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(span?.events).toEqual([]);
    const told = await points();
    expect(told.map(({ attributes }) => attributes['error.type'])).toEqual([code]);
    expect(JSON.stringify([span?.attributes, told])).not.toContain((error as Error).message);
    lookAtAll(spans(), told);
  });

  it("nests under the caller's span, works once when applied twice, and does nothing without an SDK", async () => {
    const to = await router();
    const { options, spans } = telemetry();
    const made = instrument(instrument(client(to), options), options);
    await made.create(REQUEST);
    expect(spans()).toHaveLength(1);
    trace.disable();
    metrics.disable();
    const silent = instrument(client(to));
    expect((await silent.create(REQUEST)).choices).toHaveLength(1);
  });

  it('OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT changes nothing', async () => {
    process.env['OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT'] = 'true';
    later(() => {
      delete process.env['OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT'];
    });
    const { options, spans, points } = telemetry();
    await instrument(client(await router()), options).create(REQUEST);
    lookAtAll(spans(), await points());
  });

  it.each<[string, unknown, object]>([
    ['client', {}, {}],
    ['tracerProvider', undefined, { tracerProvider: {} }],
    ['tracer', undefined, { tracer: 1 }],
  ])('refuses a wrong %s', async (argument, given, options) => {
    const made = given ?? client(await router());
    expect(() => instrument(made, options)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', argument }),
    );
  });
});
