/** One client, many calls, and a look at the process after each part of them. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SecureChatCompletion } from 'nomyo-js';
import { inParallel } from '../common/parallel.js';
import { measure } from '../common/resources.js';
import type { Sample } from './flatness.js';
import type { SoakRouter } from './router-process.js';

export interface SoakPlan {
  readonly requests: number;
  readonly concurrency: number;
  /** Looks at the process. */
  readonly samples: number;
  /** The run ends after this, however far it has come. */
  readonly minutes: number;
  readonly progress: (sample: Sample) => void;
}

export interface SoakReport {
  readonly samples: readonly Sample[];
  readonly requests: number;
  /** Answers that were not the ones to their questions. */
  readonly wrongAnswers: number;
  readonly elapsedMs: number;
}

const PROGRAM = fileURLToPath(new URL('./router-process.js', import.meta.url));

/** Short, so that pairs and router keys are renewed hundreds of times in a long run; in ms. */
const SETTINGS = { keyRotationInterval: 5000, serverKeyTtl: 2000 } as const;

/** @throws {NomyoError} when a call fails: no fault is injected, so none may */
export async function runSoak(plan: SoakPlan): Promise<SoakReport> {
  const started = Date.now();
  const router = fork(PROGRAM);
  const { url, ca } = await new Promise<SoakRouter>((resolve, reject) => {
    router.once('message', (message) => resolve(message as SoakRouter));
    router.once('exit', () => reject(new Error('the router did not start')));
  });
  const client = new SecureChatCompletion({ baseUrl: url, tls: { ca }, keyDir: null, keySize: 2048, ...SETTINGS });
  const ended = new Promise((resolve) => router.once('exit', resolve));
  try {
    return await new Soak(client, plan, started).run();
  } finally {
    client.dispose();
    router.disconnect();
    await ended;
  }
}

class Soak {
  readonly #client: SecureChatCompletion;
  readonly #plan: SoakPlan;
  readonly #started: number;
  readonly #samples: Sample[] = [];
  #requests = 0;
  #wrongAnswers = 0;

  constructor(client: SecureChatCompletion, plan: SoakPlan, started: number) {
    this.#client = client;
    this.#plan = plan;
    this.#started = started;
  }

  async run(): Promise<SoakReport> {
    const { requests, samples, minutes, progress, concurrency } = this.#plan;
    const end = this.#started + minutes * 60_000;
    const part = Math.ceil(requests / samples);
    while (this.#requests < requests && Date.now() < end) {
      await inParallel(Math.min(part, requests - this.#requests), concurrency, () => this.#ask());
      const sample = { requests: this.#requests, resources: await measure() };
      this.#samples.push(sample);
      progress(sample);
    }
    const elapsedMs = Date.now() - this.#started;
    return { samples: this.#samples, requests: this.#requests, wrongAnswers: this.#wrongAnswers, elapsedMs };
  }

  async #ask(): Promise<void> {
    this.#requests += 1;
    const mark = `<question ${String(this.#requests)}>`;
    const answer = await this.#client.create({ model: 'm', messages: [{ role: 'user', content: mark }] });
    if (answer.choices[0]?.message.content?.includes(mark) !== true) this.#wrongAnswers += 1;
  }
}
