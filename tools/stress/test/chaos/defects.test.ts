// A client with defects, under the same faults: each of them is seen.
import { SecureChatCompletion, type ChatCompletion } from 'nomyo-js';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ChaosClient } from '../../src/chaos/calls.js';
import { judgeChaos } from '../../src/chaos/report.js';
import { runChaos } from '../../src/chaos/run.js';

/** Answers go to the next call, errors lose their type, listeners stay, and dispose() does nothing. */
class DefectiveClient implements ChaosClient {
  readonly #client: SecureChatCompletion;
  #earlier: ChatCompletion | undefined;

  constructor(client: SecureChatCompletion) {
    this.#client = client;
  }

  create: ChaosClient['create'] = async (request, options) => {
    options?.signal?.addEventListener('abort', () => undefined);
    try {
      const answer = await this.#client.create(request, options);
      const given = this.#earlier ?? answer;
      this.#earlier = answer;
      return given;
    } catch (error) {
      throw options?.signal?.aborted === true ? error : new Error('something went wrong');
    }
  };

  dispose(): void {
    process.on('SIGUSR2', () => undefined);
  }
}

/** Idle connections keep no event loop alive: only the system reports them. */
const DESCRIPTORS: [string, RegExp] = [
  'connections after dispose()',
  /^left behind: file descriptors: \d+ -> \d+/,
];

describe('a client with defects', () => {
  let failures: readonly string[] = [];

  beforeAll(async () => {
    const made: SecureChatCompletion[] = [];
    const report = await runChaos({
      ...{ requests: 60, concurrency: 16, seed: 3, timeout: 800, patience: 200 },
      createClient: (config) => {
        const client = new SecureChatCompletion(config);
        made.push(client);
        return new DefectiveClient(client);
      },
    });
    for (const client of made) client.dispose();
    process.removeAllListeners('SIGUSR2');
    // Jest has its own `process`, which receives no warnings.
    failures = judgeChaos({ ...report, warnings: ['a leak'] });
  });

  it.each<[string, RegExp]>([
    ['an answer that goes to another call', /^call \d+: ended as "wrong answer" after \[.*no fault 200\]/],
    ['an error without a type', /^call \d+: ended as "an error of no type: Error: something went wrong/],
    ['listeners on the signal of a caller', /^\d+ listeners stayed on the caller's signal/],
    ['a warning of Node', /^a warning of Node: a leak/],
    ...(process.platform === 'linux' ? [DESCRIPTORS] : []),
    ['a listener on the process', /^left behind: listeners: \d+ -> \d+/],
  ])('is caught by %s', (_, sentence) => {
    expect(failures).toContainEqual(expect.stringMatching(sentence));
  });
});
