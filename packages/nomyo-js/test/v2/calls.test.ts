/** Version 2 from the caller's side, with our router over TLS. */
import { readdirSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createSecureFetch } from '../../src/fetch/index.js';
import { InvalidArgumentError, PolicyError, SecureChatCompletion, selectText } from '../../src/index.js';
import { v2 } from '../../src/v2/index.js';
import { look, MARKERS } from '../leaks.js';
import { cleanUp, later, rejection, REQUEST, temporaryDirectory } from '../support.js';
import { completionOf, DONE, eventOf, WORDS } from './model.js';
import { client, configFor, stage, streaming } from './stage.js';

afterEach(cleanUp);

const ROOT = 'ed25519/11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';

describe('v2()', () => {
  it.each([
    ['no roots', {}],
    ['an empty list', { roots: [] }],
    ['a root that is no list', { roots: ROOT }],
    ['another algorithm', { roots: [ROOT.replace('ed25519', 'sha256')] }],
    ['31 bytes', { roots: [`ed25519/${Buffer.alloc(31).toString('base64')}`] }],
    ['33 bytes', { roots: [`ed25519/${Buffer.alloc(33).toString('base64')}`] }],
    ['base64url', { roots: [ROOT.replaceAll('/', '_')] }],
    ['no padding', { roots: [ROOT.replace('=', '')] }],
    ['a line end', { roots: [`${ROOT}\n`] }],
    ['an empty text', { roots: [''] }],
    ['one good and one bad', { roots: [ROOT, 'x'] }],
    ['an empty realm', { roots: [ROOT], realm: '' }],
    ['a realm that is no ASCII', { roots: [ROOT], realm: 'möbel.example' }],
    ['a realm of 256 bytes', { roots: [ROOT], realm: 'a'.repeat(256) }],
    ['no suites', { roots: [ROOT], suites: [] }],
    ['an unknown suite', { roots: [ROOT], suites: [3] }],
    ['a suite twice', { roots: [ROOT], suites: [1, 1] }],
    ['a misspelt option', { roots: [ROOT], relam: 'a' }],
  ])('refuses %s at once', (_what, options) => {
    expect((): unknown => Reflect.apply(v2, undefined, [options])).toThrow(InvalidArgumentError);
  });

  it.each([
    ['keySize', 2048],
    ['keyRotationInterval', 1_000],
    ['keyRotationPassword', 'long enough'],
    ['serverKeyPins', [`sha256/${Buffer.alloc(32).toString('base64')}`]],
    ['serverKeyPolicy', 'first-use'],
    ['serverKeyTtl', 1_000],
  ])('refuses %s, which would have no effect', (name, value) => {
    const config = { protocol: v2({ roots: [ROOT] }), [name]: value };
    expect(() => new SecureChatCompletion(config)).toThrow(name);
  });

  it('reports a call without protected memory as not locked', async () => {
    const { _metadata } = await client(await stage(), { secureMemory: false }).create(REQUEST);
    expect(_metadata).toMatchObject({ memory_locked: false });
  });

  it('meets a policy that demands a pinned server key', async () => {
    const policy = { requirePinnedServerKey: true, requireEncryptedKeyFiles: true } as const;
    const here = await stage();
    const answer = await client(here, { policy, keyDir: temporaryDirectory() }).create(REQUEST);
    expect(answer.choices[0]?.message.content).toBe(WORDS.join(''));
  });
});

describe('a whole answer', () => {
  it('comes with its protocol, suite, key and tier', async () => {
    const here = await stage();
    const answer = await client(here).create({ ...REQUEST, security_tier: 'high' });
    expect(answer.choices[0]?.message.content).toBe(WORDS.join(''));
    expect(answer._metadata).toMatchObject({
      protocol: 'nomyo/2',
      suite: 1,
      key_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      applied_tier: 'high',
      is_encrypted: true,
    });
    expect(JSON.parse(here.model.asked[0]?.body ?? '')).toMatchObject({ messages: REQUEST.messages });
    expect(here.log.join('\n')).toContain(String(answer._metadata['request_id']));
  });

  it('names no tier when none was requested', async () => {
    const answer = await client(await stage()).create(REQUEST);
    expect(answer._metadata).not.toHaveProperty('applied_tier');
  });

  it('may be long, in either direction', async () => {
    const text = 'word '.repeat(400_000);
    const here = await stage({
      script: (_asked, response) => {
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content: text } }] }),
        );
      },
    });
    const messages = [{ role: 'user', content: text }] as const;
    const answer = await client(here).create({ model: 'small', messages });
    expect(answer.choices[0]?.message.content).toBe(text);
    expect(here.model.asked[0]?.body.length).toBeGreaterThan(text.length);
  });

  it('is read up to maxResponseBytes', async () => {
    const here = await stage({
      script: (_asked, response) => {
        response.setHeader('content-type', 'application/json');
        response.end(completionOf('word '.repeat(400)));
      },
    });
    const error = await rejection(client(here, { maxResponseBytes: 1024 }).create(REQUEST));
    expect(error).toMatchObject({ code: 'TOO_LARGE' });
    expect(here.model.asked).toHaveLength(1);
  });

  it('stays bytes in createRaw()', async () => {
    const raw = await client(await stage()).createRaw(REQUEST);
    const text = raw.use((bytes) => selectText(bytes, ['choices', 0, 'message', 'content']));
    expect(text?.use((bytes) => Buffer.from(bytes).toString())).toBe(WORDS.join(''));
  });

  it('needs only the requested suite', async () => {
    const here = await stage({ suites: [1, 2] });
    const answer = await client(here, { trust: { suites: [2] } }).create(REQUEST);
    expect(answer._metadata).toMatchObject({ suite: 2 });
  });

  it('is refused where the gateway has no key of an allowed suite', async () => {
    const here = await stage({ suites: [2] });
    expect(await rejection(client(here).create(REQUEST))).toMatchObject({ code: 'CONFIG_NO_KEY' });
    expect(here.model.asked).toHaveLength(0);
  });

  it('complies with the policy, which is checked before anything is sent', async () => {
    const here = await stage();
    const refused = client(here, { policy: { minimumSecurityTier: 'maximum' } }).create(REQUEST);
    expect(await rejection(refused)).toBeInstanceOf(PolicyError);
    expect(here.log.filter((line) => line.includes('request'))).toHaveLength(0);
  });
});

describe('a sealed error', () => {
  it('has the class of its status, and the text of the gateway', async () => {
    const here = await stage({ access: { find: () => Promise.resolve(undefined) } });
    const error = await rejection(client(here).create(REQUEST));
    expect(error).toMatchObject({ name: 'AuthenticationError', status: 401, possiblyExecuted: false });
  });

  it('over the rate limit of an API key says how long to wait', async () => {
    const entry = { id: '0'.repeat(16), name: 'n', salt: '', hash: '', created: '', perMinute: 1 };
    const here = await stage({ access: { find: () => Promise.resolve(entry) } });
    const asking = client(here);
    await asking.create(REQUEST);
    const error = await rejection(asking.create(REQUEST));
    expect(error).toMatchObject({ name: 'RateLimitError', status: 429, possiblyExecuted: false });
    // In ms: a bucket of one a minute, some of which has passed.
    expect(Reflect.get(Object(error), 'retryAfter')).toBeGreaterThan(0);
    expect(Reflect.get(Object(error), 'retryAfter')).toBeLessThanOrEqual(60_000);
    expect(here.model.asked).toHaveLength(1);
  });
});

describe('models', () => {
  it('are requested under the seal', async () => {
    const paths: string[] = [];
    const here = await stage({
      meddle: async (exchange) => {
        paths.push(`${exchange.request.method} ${exchange.request.path}`);
        expect(exchange.request.headers).not.toHaveProperty('authorization');
        exchange.answer(await exchange.pass());
      },
    });
    expect(await client(here).listModels()).toMatchObject({ data: [{ id: 'small' }] });
    expect(paths).toEqual(['GET /v2/keys', expect.stringMatching(/^POST \/v2\/[0-9a-f]{32}$/)]);
  });
});

describe('a stream', () => {
  it('gives each event as it comes', async () => {
    const releases: (() => void)[] = [];
    const gates = WORDS.map(() => new Promise<void>((resolve) => releases.push(resolve)));
    releases[0]?.();
    const pieces = [...WORDS.map((word) => eventOf(word)), eventOf('', 'stop') + DONE];
    const here = await stage({ script: streaming(pieces, (i) => gates[i]) });
    const stream = await client(here).create({ ...REQUEST, stream: true });
    expect(stream.synthetic).toBe(false);
    const words: string[] = [];
    for await (const chunk of stream) {
      const word = chunk.choices[0]?.delta.content ?? '';
      if (word === '') continue;
      words.push(word);
      // The next event is written only after this one was read here.
      releases[words.length]?.();
    }
    expect(words).toEqual(WORDS);
  });

  it('frees the upstream when it is abandoned', async () => {
    const here = await stage({
      script: streaming(
        Array.from({ length: 10_000 }, () => eventOf('x'.repeat(100))),
        () => new Promise((resolve) => setTimeout(resolve, 5)),
      ),
    });
    for await (const chunk of await client(here).create({ ...REQUEST, stream: true })) {
      expect(chunk.choices).toHaveLength(1);
      break;
    }
    await here.model.asked[0]?.closed;
  });

  it('goes through createSecureFetch, to [DONE]', async () => {
    const here = await stage();
    const secureFetch = createSecureFetch(configFor(here));
    later(() => secureFetch.close());
    const response = await secureFetch(`${secureFetch.baseURL}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ ...REQUEST, stream: true }),
    });
    const text = await response.text();
    for (const word of WORDS) expect(text).toContain(JSON.stringify(word));
    expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true);
    expect(response.headers.get('x-nomyo-stream')).toBeNull();
  });
});

describe('on disk', () => {
  it('is the configuration seen, and no key', async () => {
    const keyDir = temporaryDirectory();
    const here = await stage();
    await client(here, { keyDir }).create(REQUEST);
    const files = readdirSync(keyDir).filter((name) => !name.startsWith('.'));
    expect(files).toEqual(['seen_configurations']);
  });
});

describe('on the wire', () => {
  it('holds neither API key nor prompt nor answer, nor tier, model or path', async () => {
    const seen: Buffer[] = [];
    const here = await stage({
      meddle: async (exchange) => {
        const answer = await exchange.pass();
        const { headers, path } = exchange.request;
        seen.push(
          Buffer.from(JSON.stringify([path, headers, answer.headers])),
          exchange.request.body,
          answer.body,
        );
        exchange.answer(answer);
      },
    });
    await client(here).create({ ...REQUEST, security_tier: 'maximum' });
    look('what a load balancer sees', Buffer.concat(seen).toString('latin1'));
    for (const hidden of [MARKERS.prompt, 'maximum', REQUEST.model, '/v1/chat/completions']) {
      expect(Buffer.concat(seen).includes(hidden)).toBe(false);
    }
  });
});
