import { describe, expect, it } from '@jest/globals';
import { gunzipSync } from 'node:zlib';
import type { DELIVERY_MODES } from '../../../src/testing/fail/modes.js';
import type { Router } from '../../../src/testing/index.js';
import type { IndependentClient } from '../independent-client.js';
import { clientOf, HELLO, useRouters } from '../support.js';

const start = useRouters();

type Check = (client: IndependentClient, router: Router) => Promise<void>;

const breaksOff = (message: RegExp, status?: number): Check => {
  return async (client, router) => {
    await expect(client.send(HELLO)).rejects.toThrow(message);
    await settled(router);
    expect(router.requests.at(-1)?.status).toBe(status);
  };
};

/** The router has noticed that the request is over. */
async function settled(router: Router): Promise<void> {
  while (router.requests.at(-1)?.durationMs === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A mode without a check does not compile. */
const CHECKS: Readonly<Record<keyof typeof DELIVERY_MODES, Check>> = {
  'cut-before-headers': breaksOff(/socket hang up/u),
  'cut-after-headers': breaksOff(/aborted/u, 200),
  'cut-mid-body': breaksOff(/aborted/u, 200),
  reset: breaksOff(/ECONNRESET/u),
  'reset-mid-body': breaksOff(/aborted|ECONNRESET/u, 200),
  drip: async (client, router) => {
    router.setFail('drip:2');
    const answer = await client.send(HELLO);
    expect(client.open(answer.body)).toContain('chat.completion');
    await settled(router);
    // At least 1 ms a piece: timers of 2 ms can be a little early.
    expect(router.requests.at(-1)?.durationMs).toBeGreaterThanOrEqual(
      Math.floor(answer.body.byteLength / 64),
    );
  },
  endless: async (client) => {
    const { status, headers, body } = await client.send(HELLO, {}, { readAtMost: 20_000_000 });
    expect(status).toBe(200);
    expect(headers['content-length']).toBeUndefined();
    expect(body.byteLength).toBeGreaterThanOrEqual(20_000_000);
  },
  never: async (client, router) => {
    await expect(client.send(HELLO, {}, { deadlineMs: 300 })).rejects.toThrow('deadline');
    await settled(router);
    expect(router.requests.at(-1)?.status).toBeUndefined();
  },
  'length-too-long': async (client, router) => {
    await expect(client.send(HELLO, {}, { deadlineMs: 300 })).rejects.toThrow(/deadline|aborted/u);
    await settled(router);
    expect(router.requests.at(-1)?.status).toBe(200);
  },
  'length-too-short': async (client, router) => {
    const { headers, body } = await client.send(HELLO).catch(() => ({ headers: {}, body: Buffer.alloc(0) }));
    const whole = router.requests.at(-1)?.answerBody.byteLength ?? 0;
    expect(body.byteLength).toBeLessThan(whole);
    if ('content-length' in headers) expect(headers['content-length']).toBe(String(whole >> 1));
  },
  gzip: async (client) => {
    const { headers, body } = await client.send(HELLO);
    expect(headers['content-encoding']).toBe('gzip');
    expect(client.open(gunzipSync(body))).toContain('chat.completion');
  },
};

describe.each([{ tls: true }, { tls: false }])('a good answer, badly delivered (%j)', (options) => {
  it.each(Object.entries(CHECKS) as [keyof typeof CHECKS, Check][])('%s', async (mode, check) => {
    const router = await start({ ...options, fail: mode });
    await check(clientOf(router), router);
    router.setFail(undefined);
    expect(await clientOf(router).complete(HELLO)).toMatchObject({ object: 'chat.completion' });
  });
});
