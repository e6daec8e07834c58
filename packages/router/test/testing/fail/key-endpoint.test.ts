import { describe, expect, it } from '@jest/globals';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { KEY_MODES } from '../../../src/testing/fail/modes.js';
import { exchange, type Answer } from '../independent-client.js';
import { clientOf, HELLO, useRouters } from '../support.js';

const start = useRouters();

/** The outcome of the call: an answer to look at, or the error it ends with. */
type Check = ((answer: Answer) => void) | RegExp;

const status =
  (expected: number): Check =>
  (answer) =>
    expect(answer.status).toBe(expected);

const body =
  (look: (text: string) => void): Check =>
  (answer) => {
    expect(answer.status).toBe(200);
    look(answer.body.toString('utf8'));
  };

/** A mode without a check does not compile. */
const CHECKS: Readonly<Record<keyof typeof KEY_MODES, Check>> = {
  'key-garbage': body((text) => expect(text).toBe('this is no key')),
  'key-html': body((text) => expect(text).toMatch(/^<!DOCTYPE html>/u)),
  'key-empty': body((text) => expect(text).toBe('')),
  'key-private': body((text) => expect(createPrivateKey(text).asymmetricKeyType).toBe('rsa')),
  'key-1024': body((text) => expect(createPublicKey(text).asymmetricKeyDetails?.modulusLength).toBe(1024)),
  'key-ec': body((text) => expect(createPublicKey(text).asymmetricKeyType).toBe('ec')),
  'key-stranger': body((text) =>
    expect(createPublicKey(text).asymmetricKeyDetails?.modulusLength).toBe(2048),
  ),
  'key-404': status(404),
  'key-500': status(500),
  'key-503': status(503),
  'key-redirect': status(302),
  'key-cut': /socket hang up/u,
  'key-endless': (answer) => expect(answer.body.byteLength).toBeGreaterThanOrEqual(1_000_000),
  'key-never': /deadline/u,
};

describe('the key endpoint', () => {
  it.each(Object.entries(CHECKS) as [keyof typeof CHECKS, Check][])('%s', async (mode, check) => {
    const router = await start({ fail: mode });
    const call = exchange({
      url: `${router.url}/pki/public_key`,
      deadlineMs: mode === 'key-never' ? 300 : 20_000,
      readAtMost: 1_000_000,
    });
    if (check instanceof RegExp) await expect(call).rejects.toThrow(check);
    else check(await call);
  });

  it('key-stranger serves a key whose envelopes the router cannot open', async () => {
    const router = await start({ fail: 'key-stranger' });
    expect((await clientOf(router).send(HELLO)).status).toBe(400);
  });
});
