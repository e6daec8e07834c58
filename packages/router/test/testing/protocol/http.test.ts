import { describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { exchange, IndependentClient, seal } from '../independent-client.js';
import { clientOf, detailOf, HELLO, useRouters } from '../support.js';

const start = useRouters();

function rsaPem(modulusLength: number): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength });
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

describe('the key endpoint', () => {
  it('gives the SPKI PEM as text/plain', async () => {
    const router = await start();
    const answer = await exchange({ url: `${router.url}/pki/public_key` });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^text\/plain/u);
    expect(answer.body.toString('utf8')).toBe(router.publicKeyPem);
    expect(router.publicKeyPem).toMatch(/^-----BEGIN PUBLIC KEY-----\n/u);
  });
});

describe('paths and methods', () => {
  it.each([
    ['GET', '/', 404],
    ['GET', '/pki/public_key/', 404],
    ['GET', '/pki/public_key?fresh=1', 200],
    ['POST', '/pki/public_key', 405],
    ['GET', '/v1/chat/secure_completion', 405],
    ['POST', '/v1/chat/completions', 404],
    ['GET', '/constructor', 404],
  ])('%s %s: %d', async (method, path, status) => {
    const router = await start();
    expect((await exchange({ url: `${router.url}${path}`, method })).status).toBe(status);
  });
});

describe('headers', () => {
  it.each([
    ['Content-Type', { 'content-type': 'application/json' }],
    ['Content-Type', { 'content-type': [] }],
    ['X-Payload-ID', { 'x-payload-id': 'two words' }],
    ['X-Payload-ID', { 'x-payload-id': '' }],
    ['X-Public-Key', { 'x-public-key': [] }],
    ['X-Public-Key', { 'x-public-key': '%E0%A4%A' }],
    ['X-Public-Key', { 'x-public-key': 'no%20key' }],
    ['X-Public-Key', { 'x-public-key': encodeURIComponent(rsaPem(1024)) }],
    ['X-Security-Tier', { 'x-security-tier': 'extreme' }],
    ['X-Security-Tier', { 'x-security-tier': 'MAXIMUM' }],
    ['X-Security-Tier', { 'x-security-tier': '' }],
  ])('a wrong %s is a 400 that names it: %j', async (name, headers) => {
    const answer = await clientOf(await start()).send(HELLO, headers);
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(detailOf(answer)).toContain(name);
  });

  it.each(['standard', 'high', 'maximum'])('the tier %s is accepted', async (tier) => {
    const router = await start();
    expect(await clientOf(router, { tier }).complete(HELLO)).toMatchObject({ object: 'chat.completion' });
  });

  it('accepts a public key with unescaped slashes', async () => {
    const router = await start();
    const client = clientOf(router);
    const bare = encodeURIComponent(client.publicKeyPem).replaceAll('%2F', '/');
    const answer = await client.send(HELLO, { 'x-public-key': bare });
    expect(answer.status).toBe(200);
    expect(JSON.parse(client.open(answer.body))).toMatchObject({ object: 'chat.completion' });
  });
});

describe('API keys', () => {
  const apiKeys = ['first-key', 'second-key'];

  it.each([
    ['none', {}],
    ['a wrong one', { authorization: 'Bearer third-key' }],
    ['a part of one', { authorization: 'Bearer first' }],
    ['one without Bearer', { authorization: 'first-key' }],
    ['another scheme', { authorization: 'Basic first-key' }],
  ])('%s is a 401', async (_what, headers) => {
    const answer = await clientOf(await start({ apiKeys })).send(HELLO, headers);
    expect(answer.status).toBe(401);
    expect(detailOf(answer)).toBe('API key missing or wrong');
  });

  it.each(apiKeys)('%s is accepted', async (apiKey) => {
    const router = await start({ apiKeys });
    expect(await clientOf(router, { apiKey }).complete(HELLO)).toMatchObject({ object: 'chat.completion' });
  });

  it('are not required when there are none', async () => {
    const router = await start();
    const client = new IndependentClient({ url: router.url, apiKey: 'anything' });
    expect(await client.complete(HELLO)).toMatchObject({ object: 'chat.completion' });
  });
});

describe('envelopes', () => {
  it.each([
    ['nothing', ''],
    ['no JSON', 'not json'],
    ['an empty object', '{}'],
    ['a plaintext request', JSON.stringify(HELLO)],
  ])('%s is a 400', async (_what, body) => {
    const answer = await clientOf(await start()).post(Buffer.from(body, 'utf8'));
    expect(answer.status).toBe(400);
    expect(detailOf(answer)).toMatch(/envelope/u);
  });

  it('an envelope to another key gets the same 400 as one with a damaged tag', async () => {
    const client = clientOf(await start());
    const toAnother = await client.post(seal(JSON.stringify(HELLO), rsaPem(2048)));
    const good = seal(JSON.stringify(HELLO), await client.routerKey()).toString('utf8');
    const damaged = good.replace(
      /"tag":"(.)/u,
      (_all, first: string) => `"tag":"${first === 'A' ? 'B' : 'A'}`,
    );
    const withBadTag = await client.post(Buffer.from(damaged, 'utf8'));
    expect([toAnother.status, withBadTag.status]).toEqual([400, 400]);
    expect(detailOf(toAnother)).toEqual(detailOf(withBadTag));
  });
});

describe('payloads', () => {
  it.each([
    ['no JSON', 'text'],
    ['an array', '[]'],
    ['null', 'null'],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('%s is a 400 with a text', async (_what, payload) => {
    const client = clientOf(await start());
    const answer = await client.post(seal(payload, await client.routerKey()));
    expect(answer.status).toBe(400);
    expect(typeof detailOf(answer)).toBe('string');
  });

  it.each([
    [['model'], { ...HELLO, model: '' }],
    [['model'], { messages: HELLO.messages }],
    [['messages'], { model: 'm' }],
    [['messages'], { model: 'm', messages: [] }],
    [['messages'], { model: 'm', messages: ['text'] }],
    [['messages'], { model: 'm', messages: [{ content: 'no role' }] }],
    [['model', 'messages'], {}],
  ])('without a valid %j it is a 400 with a list', async (members, payload) => {
    const answer = await clientOf(await start()).send(payload);
    expect(answer.status).toBe(400);
    expect(detailOf(answer)).toEqual(
      members.map((member) => expect.objectContaining({ loc: ['body', member] })),
    );
  });

  it('of 10 MiB passes, one of a byte more is a 413', async () => {
    const client = clientOf(await start());
    const frame = JSON.stringify({ ...HELLO, padding: '' });
    const sized = (bytes: number): string => frame.replace('""', `"${'x'.repeat(bytes - frame.length)}"`);
    const key = await client.routerKey();
    expect((await client.post(seal(sized(10_485_760), key))).status).toBe(200);
    expect((await client.post(seal(sized(10_485_761), key))).status).toBe(413);
  });

  it('a body over every limit is a 413, and is not read into memory', async () => {
    const router = await start();
    const answer = await clientOf(router).post(Buffer.alloc(20 * 1024 * 1024, ' '));
    expect(answer.status).toBe(413);
    expect(router.requests.at(-1)?.requestBody).toHaveLength(0);
  });
});

describe('tiers', () => {
  const tierModels = { maximum: ['vetted'], standard: ['vetted', 'test-model'] } as const;

  it.each([
    ['maximum', 'vetted', 200],
    ['maximum', 'test-model', 403],
    ['high', 'anything', 200],
    [undefined, 'test-model', 200],
    [undefined, 'anything', 403],
  ])('tier %s, model %s: %d', async (tier, model, status) => {
    const router = await start({ tierModels });
    const answer = await clientOf(router, tier === undefined ? {} : { tier }).send({ ...HELLO, model });
    expect(answer.status).toBe(status);
    expect(answer.body.toString('utf8')).not.toContain(model);
  });
});

describe('the rate limit', () => {
  it('is a 429 with Retry-After, for each API key on its own, and the key endpoint is free', async () => {
    const rateLimit = { perSecond: 1, burst: 1, refusalsBeforeCoolDown: 3 };
    const router = await start({ apiKeys: ['one', 'two'], rateLimit });
    const [one, two] = [clientOf(router, { apiKey: 'one' }), clientOf(router, { apiKey: 'two' })];
    const body = seal(JSON.stringify(HELLO), await one.routerKey());
    const answers = await Promise.all([one.post(body), one.post(body), one.post(body)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 429, 429]);
    expect(answers.find(({ status }) => status === 429)?.headers['retry-after']).toBe('1');
    expect((await two.post(body)).status).toBe(200);
    const cooling = await one.post(body);
    expect([cooling.status, cooling.headers['retry-after']]).toEqual([503, '1800']);
  });
});
