// A client that keeps a little of every call: it is seen in a short run.
import { SecureChatCompletion, type ChatCompletion } from 'nomyo-js';
import { describe, expect, it } from '@jest/globals';
import { judgeSoak } from '../../src/soak/report.js';
import { runSoak, type SoakClient } from '../../src/soak/run.js';

class LeakyClient implements SoakClient {
  readonly #client: SecureChatCompletion;
  readonly #kept: Buffer[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  #earlier: ChatCompletion | undefined;

  constructor(client: SecureChatCompletion) {
    this.#client = client;
  }

  create: SoakClient['create'] = async (request) => {
    const answer = await this.#client.create(request);
    this.#kept.push(Buffer.alloc(30_000));
    if (this.#kept.length % 20 === 0) this.#timers.push(setTimeout(() => undefined, 3_600_000));
    // Once, an answer is given a second time.
    const given = this.#kept.length === 100 ? (this.#earlier ?? answer) : answer;
    this.#earlier = answer;
    return given;
  };

  dispose(): void {
    this.#client.dispose();
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

describe('a client that leaks', () => {
  it('is caught by its memory, its timers, and an answer to another question', async () => {
    const report = await runSoak({
      ...{ requests: 240, concurrency: 8, seed: 1, samples: 8, minutes: 5 },
      progress: () => undefined,
      createClient: (config) => new LeakyClient(new SecureChatCompletion(config)),
    });
    expect(judgeSoak(report, 241)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^arrayBuffers grew by/),
        expect.stringMatching(/^Timeout: \d+ -> \d+ handles/),
        '1 answers were not the ones to their questions',
        'only 240 calls of 241 in the time allowed',
      ]),
    );
  });
});
