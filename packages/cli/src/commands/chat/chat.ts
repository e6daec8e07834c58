/** `nomyo chat`: a conversation in the terminal. */
import type { ChatCompletionRequest, SecureChatCompletion } from 'nomyo-js';
import { tierOf } from '../../client/config.js';
import { modelOf, withClient } from '../../client/session.js';
import { refuseKeyPassword } from '../../client/version.js';
import type { Context } from '../../context.js';
import { Interrupted } from '../../exit/codes.js';
import { errorLine } from '../../exit/report.js';
import { isLive, showLive, type Answer } from '../../io/live.js';
import { withProgress } from '../../io/progress.js';
import { Conversation } from './conversation.js';
import { Editor } from './editor.js';
import { runSlash } from './slash.js';

/** Why an answer is not waited for any more. */
class Stopped extends Error {
  override readonly name: string = 'Stopped';
}

/** Goes on until Ctrl-D. */
export async function run(context: Context): Promise<void> {
  refuseKeyPassword(context);
  await withClient(context, async ({ client, context: own }) => {
    const conversation = new Conversation(modelOf(own), tierOf(own), textOf(own.flags['system']));
    await new Chat(client, own, conversation).run();
  });
}

class Chat {
  readonly #client: SecureChatCompletion;
  readonly #context: Context;
  readonly #conversation: Conversation;
  readonly #editor: Editor;
  #answering: AbortController | undefined;
  #isOver = false;
  #isInterrupted = false;

  constructor(client: SecureChatCompletion, context: Context, conversation: Conversation) {
    this.#client = client;
    this.#context = context;
    this.#conversation = conversation;
    this.#editor = new Editor({
      onInterrupt: () => this.#interrupt(),
      onIdle: () => this.#say('Ctrl-D ends the conversation'),
    });
    // A terminal in raw mode makes Ctrl-C a key; without one, and from another process, it is a signal.
    context.takeSignals((name) => this.#onSignal(name));
  }

  async run(): Promise<void> {
    this.#say(`${this.#conversation.model}, sealed; history in memory only. /help for help, Ctrl-D ends.`);
    for (;;) {
      const message = this.#isOver ? undefined : await this.#editor.next();
      if (message === undefined) break;
      await this.#take(message);
    }
    this.#editor.close();
    if (this.#isInterrupted) throw new Interrupted('interrupted');
  }

  /** A message that fails does not end the conversation. */
  async #take(message: string): Promise<void> {
    try {
      if (message.trim() === '') return;
      if (message.startsWith('/') && !message.startsWith('//')) await this.#slash(message);
      else await this.#send(message.replace(/^\/\//u, '/'));
    } catch (error) {
      if (error instanceof Stopped) this.#say('stopped');
      else this.#context.output.warn(errorLine(error));
    }
  }

  #slash(line: string): Promise<void> {
    return runSlash(line, {
      conversation: this.#conversation,
      sealTo: textOf(this.#context.flags['sealTo']),
      home: this.#context.home,
      say: (text) => this.#say(text),
      end: () => this.#end(),
    });
  }

  async #send(text: string): Promise<void> {
    const { model, tier } = this.#conversation;
    const messages = this.#conversation.next(text);
    const request: ChatCompletionRequest = {
      model,
      messages,
      ...(tier === undefined ? {} : { security_tier: tier }),
    };
    this.#answering = new AbortController();
    try {
      this.#conversation.answered(messages, await this.#ask(request, this.#answering.signal));
    } finally {
      this.#answering = undefined;
    }
  }

  /** Shows the answer, and gives its text. */
  async #ask(request: ChatCompletionRequest, signal: AbortSignal): Promise<string> {
    const { output } = this.#context;
    const [client, waiting] = [this.#client, 'waiting for the answer; Ctrl-C ends it'];
    if (isLive(this.#context)) {
      return textOfAnswer(await showLive(output, { client, request, signal, waiting }));
    }
    const completion = await withProgress(output, waiting, client.create(request, { signal }));
    const text = textOfAnswer(completion);
    if (output.json) output.data(completion);
    else output.answer(`${text.trimEnd()}\n`);
    return text;
  }

  /** Without a terminal, and with no answer under way, Ctrl-C is meant for the program. */
  #onSignal(name: 'SIGINT' | 'SIGTERM'): void {
    if (name === 'SIGINT' && (this.#editor.isTerminal || this.#answering !== undefined)) {
      this.#interrupt();
      return;
    }
    this.#isInterrupted = name === 'SIGINT';
    this.#end();
  }

  #interrupt(): void {
    this.#answering?.abort(new Stopped('stopped'));
  }

  #end(): void {
    this.#isOver = true;
    this.#answering?.abort(new Stopped('stopped'));
    this.#editor.close();
  }

  #say(line: string): void {
    this.#context.output.note(this.#context.output.style('dim', line, 'stderr'));
  }
}

const textOfAnswer = ({ choices: [choice] }: Answer): string =>
  choice?.message.content ?? choice?.message.refusal ?? '';

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
