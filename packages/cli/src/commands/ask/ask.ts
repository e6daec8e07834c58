/** `nomyo ask`: one question, one answer. */
import type { ChatCompletion, ChatCompletionRequest, ChatMessage, ResponseFormat } from 'nomyo-js';
import { tierOf } from '../../client/config.js';
import { modelOf, withClient } from '../../client/session.js';
import { refuseKeyPassword } from '../../client/version.js';
import type { Context } from '../../context.js';
import { CommandFailed } from '../../exit/codes.js';
import { readAttachment } from '../../io/attachment.js';
import { withProgress } from '../../io/progress.js';
import { askOptions, type AskOptions } from './options.js';
import { readQuestion } from './question.js';
import { readSchema } from './schema.js';

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
    const completion = await withProgress(
      output,
      'waiting for the answer',
      client.create(request, { signal }),
    );
    if (output.json) output.data(completion);
    else print(completion, context);
    checkAnswer(completion, format !== undefined);
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

function print(completion: ChatCompletion, { output }: Context): void {
  const [choice] = completion.choices;
  const text = choice?.message.content ?? choice?.message.refusal ?? '';
  output.answer(text.endsWith('\n') ? text : `${text}\n`);
  if (choice?.finish_reason === 'length') {
    output.warn('nomyo: the answer is not whole: it reached the limit of tokens; raise --max-tokens');
  }
}

/** An answer that is none ends with 1, so that scripts notice. */
function checkAnswer({ choices: [choice] }: ChatCompletion, isStructured: boolean): void {
  if (choice === undefined) {
    throw new CommandFailed('the router sent no answer: its list of choices is empty');
  }
  const { content, refusal } = choice.message;
  if (typeof refusal === 'string' && (content ?? '') === '') {
    throw new CommandFailed('the model refused to answer');
  }
  if (isStructured && !isJson(content ?? '')) {
    throw new CommandFailed('the answer is no JSON: this model, or its server, does not keep to --schema');
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
