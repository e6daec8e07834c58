/** `nomyo ask`: one question, one answer. */
import type { ChatCompletionRequest, ChatMessage, ResponseFormat } from 'nomyo-js';
import { tierOf } from '../../client/config.js';
import { modelOf, withClient } from '../../client/session.js';
import { refuseKeyPassword } from '../../client/version.js';
import type { Context } from '../../context.js';
import { CommandFailed } from '../../exit/codes.js';
import { readAttachment } from '../../io/attachment.js';
import { isLive, showLive, type Answer, type LiveQuestion } from '../../io/live.js';
import type { Output } from '../../io/output.js';
import { withProgress } from '../../io/progress.js';
import { askOptions, type AskOptions } from './options.js';
import { readQuestion } from './question.js';
import { readSchema } from './schema.js';

/** Prints the answer on stdout, as it comes where the protocol streams. */
export async function run(context: Context): Promise<void> {
  const options = askOptions(context.flags);
  refuseKeyPassword(context);
  const format = options.schema === undefined ? undefined : await readSchema(options.schema);
  const attachments = await Promise.all(options.files.map((path) => readAttachment(path, '--file')));
  const question = await readQuestion(context.words);
  await withClient(context, async ({ client, context: { output, signal, ...rest } }) => {
    const request: ChatCompletionRequest = {
      ...requestOf(options, format),
      model: modelOf({ ...context, ...rest }),
      messages: messagesOf(options, question, attachments),
      ...tierMember({ ...context, ...rest }),
    };
    const live = { client, request, signal, waiting: 'waiting for the answer' };
    const answer = isLive({ ...context, ...rest })
      ? await showLive(output, live)
      : await showWhole(output, live);
    tellWhetherWhole(answer, output);
    checkAnswer(answer, format !== undefined);
  });
}

function requestOf(
  { maxTokens, temperature }: AskOptions,
  format: ResponseFormat | undefined,
): Partial<ChatCompletionRequest> {
  return {
    ...(format === undefined ? {} : { response_format: format }),
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
  };
}

function tierMember(context: Context): Pick<ChatCompletionRequest, 'security_tier'> {
  const tier = tierOf(context);
  return tier === undefined ? {} : { security_tier: tier };
}

type Part = Awaited<ReturnType<typeof readAttachment>>;

function messagesOf(
  { system }: AskOptions,
  question: string,
  attachments: readonly Part[],
): readonly ChatMessage[] {
  const instructions: readonly ChatMessage[] =
    system === undefined ? [] : [{ role: 'system', content: system }];
  const content =
    attachments.length === 0 ? question : [...attachments, { type: 'text' as const, text: question }];
  return [...instructions, { role: 'user', content }];
}

async function showWhole(
  output: Output,
  { client, request, signal, waiting }: LiveQuestion,
): Promise<Answer> {
  const completion = await withProgress(output, waiting, client.create(request, { signal }));
  if (output.json) {
    output.data(completion);
    return completion;
  }
  const message = completion.choices[0]?.message;
  const text = message?.content ?? message?.refusal ?? '';
  output.answer(text.endsWith('\n') ? text : `${text}\n`);
  return completion;
}

function tellWhetherWhole({ choices: [choice] }: Answer, output: Output): void {
  if (choice?.finish_reason === 'length' && !output.json) {
    output.warn('nomyo: the answer is cut off at the token limit; raise --max-tokens');
  }
}

/** An answer that is empty, refused, or not the JSON that was asked for ends with 1, so that scripts notice. */
function checkAnswer({ choices: [choice] }: Answer, isStructured: boolean): void {
  if (choice === undefined) {
    throw new CommandFailed('the router sent no answer: its list of choices is empty');
  }
  const { content, refusal } = choice.message;
  if (typeof refusal === 'string' && (content ?? '') === '') {
    throw new CommandFailed('the model refused to answer');
  }
  if (isStructured && !isJson(content ?? '')) {
    throw new CommandFailed('the answer is not JSON: this model or its server ignores --schema');
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
