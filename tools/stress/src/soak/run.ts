/** One client, many calls, and a look at the process after each part of them. */
import {
  SecureChatCompletion,
  type ChatCompletion,
  type ChatCompletionRequest,
  type CreateOptions,
  type SecureChatCompletionConfig,
} from 'nomyo-js';
import { end, nextMessage, startProgram } from '../common/child.js';
import { inParallel } from '../common/parallel.js';
import { Random } from '../common/random.js';
import { measure } from '../common/resources.js';
import type { Sample } from './flatness.js';
import type { SoakRouter } from './router-main.js';

/** The client under load; tests put defective clients here. */
export interface SoakClient extends Pick<SecureChatCompletion, 'dispose'> {
  create(request: ChatCompletionRequest, options?: CreateOptions): Promise<ChatCompletion>;
}

export interface SoakPlan {
  readonly requests: number;
  readonly concurrency: number;
  /** Of the lengths of prompts. */
  readonly seed: number;
  /** Looks at the process. */
  readonly samples: number;
  /** The run ends after this, however far it has come. */
  readonly minutes: number;
  readonly progress: (sample: Sample) => void;
  /** Default: the client of nomyo-js. */
  readonly createClient?: (config: SecureChatCompletionConfig) => SoakClient;
}

export interface SoakReport {
  readonly samples: readonly Sample[];
  readonly requests: number;
  /** Answers that were not the ones to their questions. */
  readonly wrongAnswers: number;
  readonly elapsedMs: number;
}

/** Short, so that pairs and router keys are renewed hundreds of times in a long run; in ms. */
const SETTINGS = { keyRotationInterval: 5000, serverKeyTtl: 2000, keyDir: null, keySize: 2048 } as const;

/** Longest prompt, in characters, beside its question. */
const MAX_PADDING = 4000;

/** @throws {NomyoError} when a call fails: no fault is injected, so none may */
export async function runSoak(plan: SoakPlan): Promise<SoakReport> {
  const router = startProgram('soak/router-main.js');
  const { url, ca } = await nextMessage<SoakRouter>(router);
  const { createClient = createOurs } = plan;
  const client = createClient({ baseUrl: url, tls: { ca }, ...SETTINGS });
  try {
    return await load(client, plan);
  } finally {
    client.dispose();
    await end(router);
  }
}

async function load(client: SoakClient, plan: SoakPlan): Promise<SoakReport> {
  const { requests, samples, minutes, concurrency, progress, seed } = plan;
  const started = Date.now();
  const part = Math.ceil(requests / samples);
  const taken: Sample[] = [];
  let [asked, wrongAnswers] = [0, 0];
  const ask = async (): Promise<void> => {
    asked += 1;
    const padding = 'x'.repeat(new Random(seed, asked).below(MAX_PADDING));
    if (!(await isAnswered(client, `<question ${String(asked)}>`, padding))) wrongAnswers += 1;
  };
  while (asked < requests && Date.now() - started < minutes * 60_000) {
    await inParallel(Math.min(part, requests - asked), concurrency, ask);
    const sample = { requests: asked, resources: await measure() };
    taken.push(sample);
    progress(sample);
  }
  return { samples: taken, requests: asked, wrongAnswers, elapsedMs: Date.now() - started };
}

/** The router's answer says what the user said last. */
async function isAnswered(client: SoakClient, question: string, padding: string): Promise<boolean> {
  const messages = [
    { role: 'system' as const, content: padding },
    { role: 'user' as const, content: question },
  ];
  const answer = await client.create({ model: 'm', messages });
  return answer.choices[0]?.message.content?.includes(question) === true;
}

function createOurs(config: SecureChatCompletionConfig): SecureChatCompletion {
  return new SecureChatCompletion(config);
}
