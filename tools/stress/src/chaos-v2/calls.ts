/** The calls of one lane, one after the other, so that what its proxy did meanwhile was done to them. */
import { NomyoError, SecureChatCompletion } from 'nomyo-js';
import { v2 } from 'nomyo-js/v2';
import { Random } from '../common/random.js';
import { unixMs } from '../common/unix-ms.js';
import { wordsOf } from './model.js';

export interface LanePlan {
  readonly lane: number;
  readonly url: string;
  readonly pin: string;
  readonly seed: number;
  readonly calls: number;
  /** Keeps the questions of two parts of a run apart. */
  readonly salt: number;
  /** Of one attempt, in ms. */
  readonly timeout: number;
}

/** How one call has ended. Times in Unix ms. */
export interface CallRecord {
  readonly lane: number;
  readonly question: string;
  /** `answer`, `wrong answer`, or class and code of the error. */
  readonly outcome: string;
  readonly at: number;
  readonly end: number;
}

/** A client that was refused the configuration waits ten seconds for the next: a new one does not. */
const CALLS_PER_CLIENT = 3;

export async function runLane(plan: LanePlan): Promise<readonly CallRecord[]> {
  const records: CallRecord[] = [];
  let client = createClient(plan);
  for (let call = 0; call < plan.calls; call += 1) {
    if (call % CALLS_PER_CLIENT === 0) {
      client.dispose();
      client = createClient(plan);
    }
    records.push(await makeCall(client, plan, call));
  }
  client.dispose();
  return records;
}

function createClient({ url, pin, timeout }: LanePlan): SecureChatCompletion {
  return new SecureChatCompletion({
    ...{ baseUrl: url, allowHttp: true, protocol: v2({ roots: [pin] }), keyDir: null, timeout },
    ...{ maxRetryDelay: 200, logger: { debug: ignore, info: ignore, warn: ignore } },
  });
}

function ignore(): void {
  // Its messages are not judged here.
}

async function makeCall(
  client: SecureChatCompletion,
  { seed, lane, salt }: LanePlan,
  call: number,
): Promise<CallRecord> {
  const random = new Random(seed, 'call', lane, call);
  const question = `<${String(salt)}-${String(lane)}-${String(call)}>:${String(random.below(8))}`;
  const options = { maxRetries: random.below(3) };
  const at = unixMs();
  const read = random.oneIn(2) ? readWhole : readStream;
  const outcome = await read(client, question, options).then(
    (text) => (text === wordsOf(question).join('') ? 'answer' : 'wrong answer'),
    outcomeOf,
  );
  return { lane, question, outcome, at, end: unixMs() };
}

type Read = (
  client: SecureChatCompletion,
  question: string,
  options: { readonly maxRetries: number },
) => Promise<string>;

const requestOf = (content: string): { model: string; messages: { role: 'user'; content: string }[] } => ({
  model: 'm',
  messages: [{ role: 'user', content }],
});

const readWhole: Read = async (client, question, options) => {
  const { choices } = await client.create(requestOf(question), options);
  return String(choices[0]?.message.content);
};

const readStream: Read = async (client, question, options) => {
  let text = '';
  for await (const { choices } of await client.create({ ...requestOf(question), stream: true }, options)) {
    text += choices[0]?.delta.content ?? '';
  }
  return text;
};

function outcomeOf(error: unknown): string {
  if (error instanceof NomyoError) return `${error.name} ${error.code}`;
  return `an error of no type: ${error instanceof Error ? (error.stack ?? '') : String(error)}`;
}
