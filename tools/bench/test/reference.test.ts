import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRouter, type Router } from '@nomyo/router/testing';
import type { BenchClient, ClientConfig } from '../src/clients/client.js';
import { openOurs } from '../src/clients/ours.js';
import { openReference } from '../src/clients/reference/client.js';
import { makeKeyDir, readPublicKey } from '../src/key-dirs.js';
import { requestOf } from '../src/payloads.js';
import { startCannedRouter, type CannedRouter } from '../src/router/canned-router.js';

let dir = '';
let keyDir = '';
let router: Router;
let canned: CannedRouter;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'nomyo-bench-test-'));
  keyDir = await makeKeyDir(join(dir, 'keys'), 2048);
  [router, canned] = await Promise.all([
    startRouter({}),
    readPublicKey(keyDir).then((publicKeyPem) => startCannedRouter({ publicKeyPem })),
  ]);
}, 60_000);

afterAll(async () => {
  await Promise.all([router.close(), canned.close()]);
  await rm(dir, { recursive: true, force: true });
});

async function withClient<T>(
  open: (config: ClientConfig) => Promise<BenchClient>,
  baseUrl: string,
  task: (client: BenchClient) => Promise<T>,
): Promise<T> {
  const client = await open({ kind: 'reference', baseUrl, keyDir });
  try {
    return await task(client);
  } finally {
    client.close();
  }
}

describe('the hand-written client speaks the protocol', () => {
  it('to the local router', async () => {
    const answer = await withClient(openReference, router.url, (client) => client.call(requestOf(1024)));
    expect(answer).toMatchObject({ object: 'chat.completion' });
  });

  it('with prompts and answers that need several pieces', async () => {
    const answer = await withClient(openReference, `${canned.origin}/answer/200000`, (client) =>
      client.call(requestOf(300_000)),
    );
    expect(JSON.stringify(answer).length).toBeGreaterThan(200_000);
  });
});

describe('the canned router', () => {
  it('answers our client, from one connection, and counts', async () => {
    const before = canned.counts();
    await withClient(openOurs, `${canned.origin}/answer/1024`, async (client) => {
      for (let i = 0; i < 3; i += 1) {
        expect(await client.call(requestOf(1024))).toMatchObject({ object: 'chat.completion' });
      }
    });
    const after = canned.counts();
    expect([after.requests - before.requests, after.keyFetches - before.keyFetches]).toEqual([3, 1]);
    expect(after.connections - before.connections).toBe(1);
  });

  it('answers 404 to what it does not know', async () => {
    expect((await fetch(`${canned.origin}/elsewhere`)).status).toBe(404);
  });
});
