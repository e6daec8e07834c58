import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { makeApiKey } from '../../src/server/access/api-key.js';
import { findApiKey } from '../../src/server/access/api-key.js';
import { IndependentClient } from '../testing/independent-client.js';
import { HELLO, detailOf } from '../testing/support.js';
import { http, useStages } from './setup.js';

const stage = useStages();
const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const v1Pem = new Uint8Array(Buffer.from(pair().export({ type: 'pkcs8', format: 'pem' })));
const privateKey = pair();

describe('protocol 1', () => {
  it('is off unless enabled', async () => {
    const { server } = await stage();
    expect((await http({ url: `${server.url}/pki/public_key` })).status).toBe(404);
  });

  it('answers a client that shares no code with it; the model gets no stream request, and no client key', async () => {
    const { entry, key } = makeApiKey({ name: 'a' }, new Date());
    const access = {
      find: (given: string | undefined) =>
        Promise.resolve(findApiKey(new Map([[entry.id, entry]]), given ?? '')),
    };
    const { server, model, log } = await stage({ v1Key: v1Pem.slice(), access });
    const client = new IndependentClient({ url: server.url, privateKey, apiKey: key, tier: 'high' });
    expect(await client.complete({ ...HELLO, stream: true })).toMatchObject({
      choices: [{ message: { content: 'Hello' } }],
    });
    expect(JSON.parse(model.received[0]?.body ?? '')).toEqual({ ...HELLO, stream: false });
    expect(model.received[0]?.headers.authorization).toBeUndefined();
    const stranger = new IndependentClient({ url: server.url, privateKey });
    const refused = await stranger.send(HELLO);
    expect([refused.status, detailOf(refused)]).toEqual([401, 'the API key is missing or wrong']);
    expect(log.join('\n')).toMatch(/"code":"v1_ok".*"code":"v1_401"/su);
  });

  it("never passes on the upstream's words: an error is not encrypted", async () => {
    const { server } = await stage({ v1Key: v1Pem.slice() }, (_, response) => {
      response
        .writeHead(400, { 'content-type': 'application/json' })
        .end('{"error":{"message":"your prompt was"}}');
    });
    const answer = await new IndependentClient({ url: server.url, privateKey }).send(HELLO);
    expect(answer.status).toBe(400);
    expect(answer.body.toString()).not.toContain('prompt');
  });
});
