/** Every call is reported once, through any entry point, and no report holds content. */
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  SecureChatCompletion,
  type CallEnd,
  type CallObserver,
  type CallRecorder,
  type CallStart,
} from '../src/index.js';
import { MARKERS } from './leaks.js';
import { cleanUp, client, lowLevelClient, posts, rejection, REQUEST, router } from './support.js';

afterEach(cleanUp);

interface Watched extends CallObserver {
  readonly calls: { readonly start: CallStart; readonly ends: CallEnd[] }[];
}

function watcher(more: Partial<CallObserver> & CallRecorderOptions = {}): Watched {
  const { admit, ...observer } = more;
  const calls: Watched['calls'] = [];
  return {
    ...observer,
    calls,
    begin: (start) => {
      const ends: CallEnd[] = [];
      calls.push({ start, ends });
      return { ...(admit === undefined ? {} : { admit }), end: (end) => void ends.push(end) };
    },
  };
}

type CallRecorderOptions = Pick<CallRecorder, 'admit'>;

describe('an observer', () => {
  it('is told of each call once, through any entry point', async () => {
    const to = await router();
    const audit = watcher();
    const made = client(to, { audit });
    await made.create(REQUEST);
    await made.acreate(REQUEST);
    await made.chat.completions.create(REQUEST);
    (await made.createRaw(REQUEST)).dispose();
    await lowLevelClient(to, { audit }).sendSecureRequest(REQUEST, 'openai-compat-abc123');
    expect(audit.calls.map(({ ends }) => ends.length)).toEqual([1, 1, 1, 1, 1]);
    expect(audit.calls.map(({ start }) => start.payloadId)).toEqual(
      posts(to).map(({ headers }) => headers['x-payload-id']),
    );
  });

  it('gets model, tier, server and numbers, but no content', async () => {
    const to = await router();
    const audit = watcher();
    await client(to, { audit }).create({
      ...REQUEST,
      security_tier: 'high',
      temperature: 0.5,
      max_tokens: 9,
    });
    const [call] = audit.calls;
    const url = new URL(to.url);
    expect(call?.start).toMatchObject({
      operation: 'chat',
      protocol: 'nomyo/1',
      model: REQUEST.model,
      securityTier: 'high',
      stream: false,
      server: { address: url.hostname, port: Number(url.port) },
      parameters: { temperature: 0.5, maxTokens: 9 },
    });
    expect(call?.ends[0]).toMatchObject({
      outcome: 'ok',
      attempts: 1,
      failure: undefined,
      answer: { finishReasons: ['stop'], inputTokens: expect.any(Number), outputTokens: expect.any(Number) },
      keys: { server: expect.stringMatching(/^sha256\//), client: expect.stringMatching(/^sha256\//) },
      ciphertexts: {},
    });
    const told = JSON.stringify(audit.calls);
    for (const secret of [MARKERS.prompt, MARKERS.answer, MARKERS.apiKey]) expect(told).not.toContain(secret);
  });

  it('gets the SHA-256 of both ciphertexts when it asks for them', async () => {
    const to = await router();
    const audit = watcher({ hashesCiphertexts: true });
    await client(to, { audit }).create(REQUEST);
    while (audit.calls[0]?.ends.length !== 1) await new Promise((resolve) => setImmediate(resolve));
    const sha256 = (bytes?: Uint8Array): string =>
      createHash('sha256')
        .update(bytes ?? '')
        .digest('hex');
    const [post] = posts(to);
    expect(audit.calls[0].ends[0]?.ciphertexts).toEqual({
      request: sha256(post?.requestBody),
      response: sha256(post?.answerBody),
    });
  });

  it('is told of failures by class, code and status, of refused requests, and of aborts', async () => {
    const to = await router({ fail: '401' });
    const audit = watcher();
    const made = client(to, { audit, policy: { allowedModels: [REQUEST.model] } });
    await rejection(made.create(REQUEST));
    await rejection(made.create({ ...REQUEST, model: 'another' }));
    to.setFail('never');
    const controller = new AbortController();
    const call = rejection(made.create(REQUEST, { signal: controller.signal }));
    while (posts(to).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort(new Error('no longer wanted'));
    await call;
    expect(audit.calls.map(({ ends }) => [ends[0]?.outcome, ends[0]?.attempts, ends[0]?.failure])).toEqual([
      [
        'failed',
        1,
        { name: 'AuthenticationError', code: 'AUTHENTICATION_FAILED', status: 401, possiblyExecuted: false },
      ],
      [
        'failed',
        0,
        { name: 'PolicyError', code: 'POLICY_VIOLATION', status: undefined, possiblyExecuted: false },
      ],
      ['aborted', 1, { name: 'Error', code: undefined, status: undefined, possiblyExecuted: false }],
    ]);
  });

  it('may refuse a call before anything is sent', async () => {
    const to = await router();
    const full = new Error('the disk is full');
    const audit = watcher({ admit: () => Promise.reject(full) });
    const made = client(to, { audit });
    expect(await rejection(made.create(REQUEST))).toBe(full);
    expect(to.requests).toHaveLength(0);
    expect(audit.calls[0]?.ends).toHaveLength(1);
  });

  it('distinguishes API keys by its own hash', async () => {
    const to = await router();
    const macs: unknown[] = [];
    const audit = watcher({
      admit: async (request) => {
        expect(request.plaintextBytes).toBeGreaterThan(20);
        macs.push(await request.macOfApiKey((key) => Promise.resolve(new Uint8Array([key.byteLength]))));
      },
    });
    await client(to, { audit }).create(REQUEST);
    expect(macs).toEqual([new Uint8Array([MARKERS.apiKey.length])]);
  });

  it('that throws or rejects anywhere else does no harm', async () => {
    const to = await router();
    const fail = (): never => {
      throw new Error('of the observer');
    };
    const observers: CallObserver[] = [
      { begin: fail },
      { begin: () => ({ end: fail }) },
      { begin: () => ({ end: () => Promise.reject(new Error('late')) }) },
    ];
    const made = client(to);
    for (const observer of observers) made.observe(observer);
    const answer = await made.create(REQUEST);
    expect(answer.choices).toHaveLength(1);
  });

  it('can be added later, and removed', async () => {
    const to = await router();
    const made = client(to);
    const watched = watcher();
    const stop = made.observe(watched);
    await made.create(REQUEST);
    stop();
    await made.create(REQUEST);
    expect(watched.calls).toHaveLength(1);
  });

  it("runs before create() returns its promise, in the caller's context", () => {
    const made = new SecureChatCompletion({ baseUrl: 'https://localhost:1', keyDir: null });
    const watched = watcher();
    made.observe(watched);
    const call = rejection(made.create(REQUEST));
    expect(watched.calls).toHaveLength(1);
    made.dispose();
    return call;
  });
});
