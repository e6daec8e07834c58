/** Behavior that does not depend on the protocol version: the same calls through both. */
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { createSecureFetch } from '../src/fetch/index.js';
import {
  DisposedError,
  getMemoryProtectionInfo,
  PolicyError,
  SecureChatCompletion,
  SecureCompletionClient,
  selectText,
  type CallEnd,
  type LogEntry,
  type SecureChatCompletionConfig,
  type SharedRateLimit,
} from '../src/index.js';
import { instrument } from '../src/otel/index.js';
import { connectProxy } from './connect-proxy.js';
import { cleanUp, configFor as v1ConfigFor, later, rejection, REQUEST, router } from './support.js';
import { certificate, honest, startFront, withPosts, type Meddle } from './terminator.js';
import { authority, configFor as v2ConfigFor, REALM, startRouter } from './v2/stage.js';

afterEach(cleanUp);

/** Whether this process has the addon. */
const isLocked = getMemoryProtectionInfo().method === 'mlock';

/** A router behind a TLS terminator, which does with requests what a test says. */
interface Place {
  readonly config: (more?: SecureChatCompletionConfig) => SecureChatCompletionConfig;
  readonly client: (more?: SecureChatCompletionConfig) => SecureChatCompletion;
  /** Bodies of the requests, as the terminator saw them. */
  readonly sent: Buffer[];
  /** The next request; those after it are passed on. */
  meddle: Meddle | undefined;
}

async function place(
  target: string,
  configFor: (url: string, ca: string, more: SecureChatCompletionConfig) => SecureChatCompletionConfig,
): Promise<Place> {
  const sent: Buffer[] = [];
  const url = await startFront(
    () => target,
    withPosts((exchange) => {
      sent.push(exchange.request.body);
      const next = here.meddle ?? honest;
      here.meddle = undefined;
      return next(exchange);
    }),
  );
  const { ca } = await certificate();
  const config = (more: SecureChatCompletionConfig = {}) => configFor(url, ca, more);
  const client = (more: SecureChatCompletionConfig = {}): SecureChatCompletion => {
    const made = new SecureChatCompletion(config(more));
    later(() => made.dispose());
    return made;
  };
  const here: Place = { config, client, sent, meddle: undefined };
  return here;
}

async function version1(): Promise<Place> {
  const to = await router({ tls: false });
  return place(to.url, (url, ca, more) => v1ConfigFor(to, { baseUrl: url, tls: { ca }, ...more }));
}

async function version2(): Promise<Place> {
  const keys = await authority();
  const { server } = await startRouter(await keys.signer());
  return place(server.url, (url, ca, more) =>
    v2ConfigFor({ url, ca, authority: keys }, { trust: { realm: REALM }, ...more }),
  );
}

/** Never answers. */
const silence: Meddle = () => undefined;
const cut: Meddle = (exchange) => exchange.cut();

const post = (body: object): RequestInit => ({ method: 'POST', body: JSON.stringify(body) });

describe.each([
  ['1', version1, 'nomyo/1'],
  ['2', version2, 'nomyo/2'],
])('version %s', (_version, start, name) => {
  it('answers create(), createRaw(), streams and createSecureFetch()', async () => {
    const here = await start();
    const made = here.client();
    const answer = await made.create({ ...REQUEST, security_tier: 'high' });
    const text = answer.choices[0]?.message.content ?? '';
    expect(text.length).toBeGreaterThan(0);
    expect(answer._metadata).toMatchObject({ is_encrypted: true, memory_locked: isLocked });
    const raw = await made.createRaw(REQUEST);
    const bytes = raw.use((json) => selectText(json, ['choices', 0, 'message', 'content']));
    expect(bytes?.use((held) => held.length)).toBeGreaterThan(0);
    let streamed = '';
    for await (const chunk of await made.create({ ...REQUEST, stream: true })) {
      streamed += chunk.choices[0]?.delta.content ?? '';
    }
    expect(streamed).toBe(text);
    const secureFetch = createSecureFetch({ client: made });
    const whole = await secureFetch('/v1/chat/completions', post(REQUEST));
    expect(await whole.json()).toMatchObject({ choices: [{ message: { content: text } }] });
    const events = await secureFetch('/v1/chat/completions', post({ ...REQUEST, stream: true }));
    expect((await events.text()).trimEnd().endsWith('data: [DONE]')).toBe(true);
  });

  it('answers the low-level client', async () => {
    const { baseUrl, ...config } = (await start()).config();
    const low = new SecureCompletionClient({
      ...config,
      ...(baseUrl === undefined ? {} : { routerUrl: baseUrl }),
    });
    later(() => low.dispose());
    const answer = await low.sendSecureRequest(REQUEST, 'call-1');
    expect(answer).toMatchObject({ object: 'chat.completion', _metadata: { payload_id: 'call-1' } });
  });

  it('sends nothing that a policy forbids', async () => {
    const here = await start();
    const made = here.client({ policy: { minimumSecurityTier: 'high', maxPayloadBytes: 4_096 } });
    expect(await rejection(made.create(REQUEST))).toBeInstanceOf(PolicyError);
    const long = [{ role: 'user', content: 'x'.repeat(5_000) }] as const;
    const refused = made.create({ ...REQUEST, messages: long, security_tier: 'high' });
    expect(await rejection(refused)).toMatchObject({ rule: 'maxPayloadBytes' });
    expect(here.sent).toHaveLength(0);
  });

  it('hides the length of a request behind padding', async () => {
    const here = await start();
    const made = here.client({ padding: { block: 8_192 } });
    for (const length of [10, 5_000]) {
      await made.create({ ...REQUEST, messages: [{ role: 'user', content: 'x'.repeat(length) }] });
    }
    expect(new Set(here.sent.map(({ length }) => length)).size).toBe(1);
  });

  it('ends with the signal, before and during a call', async () => {
    const here = await start();
    const made = here.client();
    await made.ready();
    const reason = new Error('no longer wanted');
    const gone = made.create(REQUEST, { signal: AbortSignal.abort(reason) });
    expect(await rejection(gone)).toBe(reason);
    expect(here.sent).toHaveLength(0);
    const controller = new AbortController();
    here.meddle = () => controller.abort(reason);
    expect(await rejection(made.create(REQUEST, { signal: controller.signal }))).toBe(reason);
  });

  it('ends in time', async () => {
    const here = await start();
    const made = here.client();
    await made.ready();
    here.meddle = silence;
    const error = await rejection(made.create(REQUEST, { timeout: 500 }));
    expect(error).toMatchObject({ code: 'CONNECTION_TIMEOUT', possiblyExecuted: true });
  });

  it('ends with the client: dispose() at once, close() when calls have finished', async () => {
    const here = await start();
    const made = here.client();
    await made.ready();
    here.meddle = () => made.dispose();
    expect(await rejection(made.create(REQUEST))).toBeInstanceOf(DisposedError);
    const other = here.client();
    await other.ready();
    const call = other.create(REQUEST);
    await Promise.all([call, other.close()]);
    expect((await call).choices).toHaveLength(1);
    expect(await rejection(other.create(REQUEST))).toBeInstanceOf(DisposedError);
  });

  it('reports retries, calls and keys to events, observers and telemetry', async () => {
    const here = await start();
    const told: LogEntry[] = [];
    const note = (entry: LogEntry): void => void told.push(entry);
    const ends: CallEnd[] = [];
    const spans = new InMemorySpanExporter();
    const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
    const made = here.client({
      maxRetries: 1,
      maxRetryDelay: 1,
      logger: { debug: note, info: note, warn: note },
      audit: {
        begin: ({ protocol }) => {
          expect(protocol).toBe(name);
          return { end: (end) => void ends.push(end) };
        },
      },
    });
    instrument(made, { tracerProvider });
    await made.ready();
    here.meddle = cut;
    await made.create({ ...REQUEST, security_tier: 'high' });
    const names = told.map(({ message }) => message).filter((message) => !message.includes('key-'));
    expect(names).toEqual([...(isLocked ? [] : ['nomyo:memory-not-locked']), 'nomyo:retry', 'nomyo:request']);
    expect(ends).toMatchObject([{ outcome: 'ok', attempts: 2, memoryLocked: isLocked }]);
    expect(ends[0]?.keys.server).toEqual(expect.any(String));
    expect(ends[0]?.requestBytes).toBe(here.sent[1]?.length);
    const [span, ...more] = spans.getFinishedSpans();
    expect(more).toEqual([]);
    expect(span?.attributes).toMatchObject({
      'gen_ai.request.model': REQUEST.model,
      'nomyo.security_tier': 'high',
    });
    expect(span?.events).toHaveLength(1);
  });

  it('asks the rate limit before each request', async () => {
    const here = await start();
    const asked: string[] = [];
    const rateLimit: SharedRateLimit = { acquire: (account) => Promise.resolve(void asked.push(account)) };
    const made = here.client({ rateLimit, maxRetries: 1, maxRetryDelay: 1 });
    await made.ready();
    here.meddle = cut;
    await made.create(REQUEST);
    expect(asked).toHaveLength(2);
  });

  it('goes through a proxy, by its name alone', async () => {
    const here = await start();
    const { baseUrl = '', tls } = here.config();
    const proxy = await connectProxy(Number(new URL(baseUrl).port));
    const made = here.client({
      baseUrl: 'https://router.nomyo.invalid',
      tls: { ...tls, servername: 'localhost' },
      proxy: proxy.url,
    });
    await made.create(REQUEST);
    expect(proxy.asked.map(({ target }) => target)).toEqual(['router.nomyo.invalid:443']);
  });

  it('does not trust other certificates', async () => {
    const { tls: _, ...config } = (await start()).config();
    const made = new SecureChatCompletion(config);
    later(() => made.dispose());
    expect(await rejection(made.create(REQUEST))).toMatchObject({
      code: 'CONNECTION_FAILED',
      possiblyExecuted: false,
    });
  });
});
