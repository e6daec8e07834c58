/** An answer on a terminal, word by word as the model writes it. */
import type { ChatCompletion, ChatCompletionRequest, SecureChatCompletion } from 'nomyo-js';
import type { Context } from '../context.js';
import type { Output } from './output.js';
import { withProgress } from './progress.js';

/** Reports whether answers arrive as they are written (version 1 sends only whole ones), and a person watches. */
export function isLive({ settings, output }: Pick<Context, 'settings' | 'output'>): boolean {
  return settings.root !== undefined && output.isTerminal && !output.json;
}

/** The request, the router, and the signal that ends it. */
export interface LiveQuestion {
  readonly client: SecureChatCompletion;
  readonly request: ChatCompletionRequest;
  readonly signal: AbortSignal;
  /** Shown until the first word is there. */
  readonly waiting: string;
}

type Finish = ChatCompletion['choices'][number]['finish_reason'];

/** The part of an answer that matters here. */
export type Answer = Pick<ChatCompletion, 'choices'>;

/** Shows the answer, ends the line, and returns it as if it had arrived whole. */
export async function showLive(output: Output, question: LiveQuestion): Promise<Answer> {
  const { client, request, signal, waiting } = question;
  const stream = await withProgress(output, waiting, client.create({ ...request, stream: true }, { signal }));
  let [content, refusal] = ['', ''];
  let finish: Finish = null;
  for await (const { choices } of stream) {
    const { delta = {}, finish_reason: reason = null } = choices[0] ?? {};
    content += delta.content ?? '';
    refusal += delta.refusal ?? '';
    finish = reason ?? finish;
    output.answer(`${delta.content ?? ''}${delta.refusal ?? ''}`);
  }
  if (!`${content}${refusal}`.endsWith('\n')) output.answer('\n');
  return {
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: refusal === '' ? null : refusal },
        finish_reason: finish,
      },
    ],
  };
}
