import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCertificate, startRouter, type MadeCertificate, type Router } from '@nomyo/router/testing';

import { openClient, type ClientKind } from '../src/clients/client.js';
import { requestOf } from '../src/payloads.js';
import { startCannedRouter, type CannedRouter } from '../src/servers/canned-router.js';
import { makeKeyDir, readPublicKey } from '../src/workshop.js';

let dir = '';
let keyDir = '';
let tls: MadeCertificate;
let router: Router;
let canned: CannedRouter;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'nomyo-bench-test-'));
  keyDir = await makeKeyDir(join(dir, 'keys'), 2048);
  tls = await makeCertificate();
  router = await startRouter({ tls });
  canned = await startCannedRouter({ publicKeyPem: await readPublicKey(keyDir), tls });
}, 60_000);

afterAll(async () => {
  await Promise.all([router.close(), canned.close()]);
  await rm(dir, { recursive: true, force: true });
});

/** The last of so many answers. */
async function answerTo(kind: ClientKind, baseUrl: string, promptBytes: number, calls = 1) {
  const client = await openClient({ kind, baseUrl, ca: tls.ca, caFile: '', keyDir, keySize: 2048 });
  let answer: unknown;
  for (let call = 0; call < calls; call += 1) answer = await client.call(requestOf(promptBytes));
  client.close?.();
  return answer;
}

describe('the hand-written client speaks the protocol', () => {
  it('to the local router', async () => {
    const answer = await answerTo('reference', router.url, 1024);
    expect(answer).toMatchObject({ object: 'chat.completion' });
  });

  it('with prompts and answers that need several pieces', async () => {
    const answer = await answerTo('reference', `${canned.origin()}/answer/200000`, 300_000);
    expect(JSON.stringify(answer).length).toBeGreaterThan(200_000);
  });
});

it('the canned router answers our client, from one connection, and counts', async () => {
  const before = canned.counts();
  const answer = await answerTo('ours', `${canned.origin()}/answer/1024`, 1024, 3);
  expect(answer).toMatchObject({ object: 'chat.completion' });
  const after = canned.counts();
  expect([after.requests - before.requests, after.keyFetches - before.keyFetches]).toEqual([3, 1]);
  expect(after.connections - before.connections).toBe(1);
});
