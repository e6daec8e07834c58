import { describe, expect, it } from '@jest/globals';
import { makeCall, type ChaosClient } from '../../src/chaos/calls.js';

const plan = () => ({
  ...{ seed: 1, timeout: 20, maxRetryDelay: 10, slack: 50, starvation: { total: 0 }, keep: () => undefined },
  signal: new AbortController().signal,
});

describe('makeCall()', () => {
  it('abandons a call that never settles, some time after its deadline', async () => {
    const stuck: ChaosClient = { create: () => new Promise(() => undefined), dispose: () => undefined };
    const { outcome, at, end, deadlineMs } = await makeCall(stuck, 0, plan());
    expect(outcome).toBe('never settled');
    expect(end - at).toBeGreaterThan(deadlineMs);
  });

  it("recognizes an error that is not the SDK's", async () => {
    const careless: ChaosClient = {
      create: () => Promise.reject(new TypeError('x is not a function')),
      dispose: () => undefined,
    };
    const { outcome } = await makeCall(careless, 0, plan());
    expect(outcome).toMatch(/^an error of no type: TypeError: x is not a function/);
  });
});
