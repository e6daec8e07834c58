/** A client against a gateway that lies, whose clock is wrong, or whose keys change under it. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { currentMoment } from '@nomyo/base';
import { openSeenConfigurations } from '@nomyo/keystore';
import { parsePin } from '@nomyo/protocol-v2';
import { createSecureFetch } from '../../src/fetch/index.js';
import { NomyoError, SecurityError, SecureCompletionClient, type SecurityTier } from '../../src/index.js';
import { Configuration } from '../../src/v2/configuration.js';
import { cleanUp, later, rejection, REQUEST } from '../support.js';
import { send, withPosts } from '../terminator.js';
import { liar } from './lying.js';
import { completionOf, DONE, eventOf, WORDS } from './model.js';
import { client, configFor, REALM, stage, streaming } from './stage.js';

afterEach(cleanUp);

const JSON_HEAD = { status: 200, contentType: 'application/json' } as const;

describe('a gateway that says under its seal that it applied another tier', () => {
  it.each<[SecurityTier | undefined, SecurityTier | undefined]>([
    ['maximum', 'standard'],
    ['high', 'maximum'],
    ['standard', undefined],
    [undefined, 'standard'],
  ])('asked for %s, applied %s: TIER_MISMATCH, and never retried', async (asked, applied) => {
    const { protocol, says } = liar();
    let posts = 0;
    const meddle = withPosts(async ({ request, answer }) => {
      posts += 1;
      const head = { ...JSON_HEAD, ...(applied === undefined ? {} : { tier: applied }) };
      answer(await says(request, head, completionOf('Hello')));
    });
    const asking = client(await stage({ protocol, meddle }), { maxRetries: 2, maxRetryDelay: 1 });
    const request = { ...REQUEST, ...(asked === undefined ? {} : { security_tier: asked }) };
    const error = await rejection(asking.create(request));
    expect(error).toBeInstanceOf(SecurityError);
    expect(error).toMatchObject({ code: 'TIER_MISMATCH', possiblyExecuted: true });
    expect(posts).toBe(1);
  });

  it('is reported before the first word of a stream', async () => {
    const { protocol, says } = liar();
    const meddle = withPosts(async ({ request, answer }) => {
      const head = { status: 200, contentType: 'text/event-stream', tier: 'standard' } as const;
      answer(await says(request, head, eventOf('Hello') + DONE));
    });
    const asking = client(await stage({ protocol, meddle }));
    const call = asking.create({ ...REQUEST, security_tier: 'maximum', stream: true });
    expect(await rejection(call)).toMatchObject({ code: 'TIER_MISMATCH' });
  });
});

describe('an answer that opens and is none', () => {
  it.each([
    ['no JSON', 'hello'],
    ['an array', '[]'],
    ['nothing', ''],
  ])('%s is INVALID_PLAINTEXT', async (_what, text) => {
    const { protocol, says } = liar();
    const meddle = withPosts(async ({ request, answer }) => answer(await says(request, JSON_HEAD, text)));
    const error = await rejection(client(await stage({ protocol, meddle })).create(REQUEST));
    expect(error).toMatchObject({ name: 'SecurityError', code: 'INVALID_PLAINTEXT' });
  });
});

describe('clocks', () => {
  it.each([
    ['behind', -7_200],
    ['ahead', 7_200],
  ])('%s of ours: the configuration is refused, and the error mentions the clock', async (_what, seconds) => {
    const here = await stage({ now: () => Date.now() / 1_000 + seconds });
    const error = await rejection(client(here).create(REQUEST));
    expect(error).toBeInstanceOf(NomyoError);
    expect(error).not.toBeInstanceOf(SecurityError);
    expect(error).toMatchObject({ code: 'CONFIG_EXPIRED', possiblyExecuted: false });
    expect(String(error)).toContain('clock');
    expect(here.model.asked).toHaveLength(0);
  });

  it('that drift apart after the configuration was accepted: CLOCK, which says so', async () => {
    let ahead = 0;
    const here = await stage({ now: () => Date.now() / 1_000 + ahead });
    const asking = client(here);
    await asking.create(REQUEST);
    ahead = 300;
    const error = await rejection(asking.create(REQUEST));
    expect(error).toMatchObject({ name: 'InvalidRequestError', code: 'CLOCK', possiblyExecuted: false });
    expect(String(error)).toContain('clock');
    expect(here.model.asked).toHaveLength(1);
  });
});

describe('a key that is over', () => {
  it('does not end a stream under way', async () => {
    let ahead = 0;
    const pieces = [...WORDS.map((word) => eventOf(word)), eventOf('', 'stop') + DONE];
    const script = streaming(pieces, (i) => {
      // Long past the key's end, and the 120 s after which it is destroyed.
      if (i === 1) ahead = 7_200;
    });
    const here = await stage({ script, now: () => Date.now() / 1_000 + ahead });
    const words: string[] = [];
    for await (const chunk of await client(here).create({ ...REQUEST, stream: true })) {
      words.push(chunk.choices[0]?.delta.content ?? '');
    }
    expect(words.join('')).toBe(WORDS.join(''));
  });
});

describe('a configuration that cannot be renewed', () => {
  /** A configuration with a clock of its own, whose second fetch fails. */
  async function ageing(): Promise<{
    readonly configuration: Configuration;
    readonly failures: unknown[];
    readonly age: (seconds: number) => void;
  }> {
    const here = await stage();
    const get = { method: 'GET', path: '/v2/keys', headers: {}, body: Buffer.alloc(0) };
    const { body } = await send(here.url, get);
    let [older, fetches] = [0, 0];
    const failures: unknown[] = [];
    const configuration = new Configuration({
      roots: [parsePin('roots[0]', here.authority.pin)],
      realm: REALM,
      suites: [1],
      seen: openSeenConfigurations({ keyDir: null }),
      fetch: () => ((fetches += 1) === 1 ? Promise.resolve(body) : Promise.reject(new Error('away'))),
      refreshFailed: (error) => failures.push(error),
      moment: () => {
        const { wall, monotonic } = currentMoment();
        return { wall: wall + older * 1_000, monotonic: monotonic + older * 1_000 };
      },
    });
    later(() => configuration.dispose());
    return { configuration, failures, age: (seconds) => (older += seconds) };
  }
  const { signal } = new AbortController();

  it('keeps serving, and reports the failure', async () => {
    const { configuration, failures, age } = await ageing();
    const document = await configuration.current(signal);
    age(1_800);
    expect(await configuration.current(signal)).toBe(document);
    expect(failures).toEqual([]);
    age(1_200);
    expect(await configuration.current(signal)).toBe(document);
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(failures).toEqual([expect.objectContaining({ message: 'away' })]);
  });

  it('fails calls once it has expired', async () => {
    const { configuration, age } = await ageing();
    await configuration.current(signal);
    age(3_700);
    expect(await rejection(configuration.current(signal))).toMatchObject({ message: 'away' });
  });
});

describe('SecureCompletionClient', () => {
  it('sends and opens, and refuses the steps of version 1', async () => {
    const here = await stage();
    const { baseUrl: routerUrl, ...config } = configFor(here);
    const low = new SecureCompletionClient({ ...config, routerUrl: routerUrl ?? '' });
    later(() => low.dispose());
    const answer = await low.sendSecureRequest(REQUEST, 'call-1', undefined, 'high');
    expect(answer).toMatchObject({ _metadata: { protocol: 'nomyo/2', applied_tier: 'high' } });
    for (const refused of [
      () => low.generateKeys(),
      () => low.fetchServerPublicKey(),
      () => low.encryptPayload(REQUEST),
      () => low.decryptResponse(new Uint8Array(8), 'call-1'),
      () => low.loadKeys('private_key.pem'),
    ]) {
      expect(await rejection(refused())).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'protocol' });
    }
  });
});

describe('createSecureFetch', () => {
  it.each([
    ['a wrong API key', { access: { find: () => Promise.resolve(undefined) } }, 401],
    ['an unknown root', {}, 403],
  ])('reports %s to a library in its own format', async (_what, options, status) => {
    const here = await stage(options);
    const trust = status === 403 ? { roots: [`ed25519/${Buffer.alloc(32, 9).toString('base64')}`] } : {};
    const secureFetch = createSecureFetch(configFor(here, { trust }));
    later(() => secureFetch.close());
    const body = JSON.stringify(REQUEST);
    const answer = await secureFetch(`${secureFetch.baseURL}/chat/completions`, { method: 'POST', body });
    expect(answer.status).toBe(status);
    if (status === 403) {
      expect(await answer.json()).toMatchObject({
        error: { type: 'nomyo_security_error', code: 'CONFIG_UNTRUSTED' },
      });
    }
  });
});
