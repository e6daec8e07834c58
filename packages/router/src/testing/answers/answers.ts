/** Answers that a test has written, in place of the embedded responder. */
import { createHash } from 'node:crypto';
import { InvalidArgumentError } from '@nomyo/crypto';
import { Refusal } from '../../v1/reply.js';
import type { Answerer } from '../protocol/completion.js';
import { isJsonObject, type ChatRequest, type JsonObject } from '../protocol/payload.js';
import { assemble } from '../responder/responder.js';
import { summarize } from '../responder/summary.js';

/**
 * A model's reply: the text of the answer; an assistant message (`{ content, tool_calls, … }`); or a whole
 * completion, which is an object with `choices` and is sealed as it is.
 */
export type Answer = string | JsonObject;

/** Makes the answer to one opened request. What it throws becomes a 500 that does not quote it. */
export type AnswerFunction = (request: ChatRequest) => Answer | Promise<Answer>;

/** The same answer for every request; or a list, one after the other, whose last one is then repeated. */
export type Answers = Answer | AnswerFunction | readonly (Answer | AnswerFunction)[];

/** @throws {InvalidArgumentError} when it is no answer, or an empty list */
export function createAnswerer(answers: Answers): Answerer {
  const list: readonly unknown[] = Array.isArray(answers) ? answers : [answers];
  if (list.length === 0) throw new InvalidArgumentError('answers', 'must hold at least one answer');
  if (!list.every(isAnswer)) {
    throw new InvalidArgumentError(
      'answers',
      'must be texts, messages, completions, or functions that make them',
    );
  }
  let next = 0;
  return async (request, json) => {
    const answer = list[Math.min(next, list.length - 1)] ?? '';
    next += 1;
    const made = typeof answer === 'function' ? await ask(answer, request) : answer;
    return Buffer.from(JSON.stringify(completionFrom(made, request, json)), 'utf8');
  };
}

function isAnswer(value: unknown): value is Answer | AnswerFunction {
  return typeof value === 'string' || typeof value === 'function' || isJsonObject(value);
}

async function ask(answer: AnswerFunction, request: ChatRequest): Promise<Answer> {
  let made: unknown;
  try {
    made = await answer(request);
  } catch {
    // Its error can quote the prompt, and errors are not encrypted.
    throw new Refusal(500, 'the function in answers threw');
  }
  if (typeof made === 'string' || isJsonObject(made)) return made;
  throw new Refusal(500, 'the function in answers returned neither a text nor an object');
}

function completionFrom(answer: Answer, request: ChatRequest, json: Uint8Array): JsonObject {
  if (typeof answer !== 'string' && 'choices' in answer) return answer;
  const message: JsonObject = {
    role: 'assistant',
    content: null,
    ...(typeof answer === 'string' ? { content: answer } : answer),
  };
  const finish_reason = Array.isArray(message['tool_calls']) ? 'tool_calls' : 'stop';
  const id = createHash('sha256').update(json).digest('hex').slice(0, 24);
  const created = Math.floor(Date.now() / 1000);
  return assemble(request, { message, finish_reason }, { id, created, summary: summarize(request) });
}
