/**
 * A request of the Responses API as a chat completion. It is stateless: nothing is kept, so nothing can be referred to.
 */
import { InvalidArgumentError } from '@nomyo/base';
import type { Members } from '../dialect.js';
import { entriesAt, objectAt, refuse, setMembers, textAt } from '../members.js';
import { messagesOf } from './input.js';

/** Members whose counterpart has another name or form, or that have none; all others are passed on unchanged. */
const TRANSLATED = [
  'input',
  'instructions',
  'tools',
  'tool_choice',
  'text',
  'reasoning',
  'max_output_tokens',
  'top_logprobs',
  'stream',
  'stream_options',
  'store',
  'include',
  'truncation',
  'max_tool_calls',
  'background',
  'previous_response_id',
  'conversation',
  'prompt',
] as const;

const CHAT_SWITCH =
  "use chat completions, in AI SDK openai.chat('model'), in Agents setOpenAIAPI('chat_completions')";

/** The name of token probabilities in `include`. */
const LOGPROBS = 'message.output_text.logprobs';

/** Members that need a server that stores conversations. */
const STATEFUL = ['previous_response_id', 'conversation', 'prompt'] as const;

/** @throws {InvalidArgumentError} on an invalid or unsupported request */
export function chatRequestOf(body: Members): Members {
  refuseState(body);
  const rest = Object.entries(body).filter(([name]) => !TRANSLATED.some((translated) => translated === name));
  const { verbosity, format } = objectAt('text', body['text'] ?? {});
  const { effort } = objectAt('reasoning', body['reasoning'] ?? {});
  const messages = [...instructions(body['instructions']), ...messagesOf(body['input'])];
  if (messages.length === 0) throw new InvalidArgumentError('input', 'must not be empty');
  const isStream = body['stream'] === true;
  return {
    ...setMembers(Object.fromEntries(rest)),
    ...setMembers({
      tools: toolsOf(body['tools']),
      tool_choice: toolChoiceOf(body['tool_choice']),
      response_format: formatOf(format),
      verbosity,
      reasoning_effort: effort,
      max_tokens: body['max_output_tokens'],
      top_logprobs: body['top_logprobs'],
      logprobs: wantsLogprobs(body) ? true : undefined,
      stream: body['stream'],
      stream_options: isStream ? { include_usage: true } : undefined,
    }),
    messages,
  };
}

/**
 * Reports whether either member asks for token probabilities. Other values of `include` concern built-in tools, or are
 * included anyway.
 */
function wantsLogprobs({ include, top_logprobs: top }: Members): boolean {
  return (top ?? undefined) !== undefined || (Array.isArray(include) && include.includes(LOGPROBS));
}

function refuseState(body: Members): void {
  for (const name of STATEFUL) {
    const value = body[name];
    if (value !== undefined && value !== null) {
      refuse(name, `nothing is stored; send the whole input, or ${CHAT_SWITCH}`);
    }
  }
  if (body['background'] === true) refuse('background', 'answers are not stored; leave it out');
  if (body['truncation'] === 'auto') {
    refuse('truncation', "only 'disabled' is possible; shorten the input yourself");
  }
}

function instructions(value: unknown): readonly Members[] {
  if (value === undefined || value === null) return [];
  return [{ role: 'system', content: textAt('instructions', value) }];
}

function toolsOf(tools: unknown): readonly Members[] | undefined {
  const entries = entriesAt('tools', tools);
  return entries.length === 0 ? undefined : entries.map(([at, tool]) => toolOf(at, tool));
}

function toolOf(at: string, tool: Members): Members {
  const { type, name, description, parameters, strict } = tool;
  if (type !== 'function') {
    refuse(
      `${at}.type`,
      `only function tools run in your own process; leave the built-in tool out, or ${CHAT_SWITCH}`,
    );
  }
  return {
    type: 'function',
    function: { name: textAt(`${at}.name`, name), ...setMembers({ description, parameters, strict }) },
  };
}

function toolChoiceOf(choice: unknown): unknown {
  if (choice === undefined || choice === null || typeof choice === 'string') return choice;
  const { type, mode, tools, ...tool } = objectAt('tool_choice', choice);
  if (type !== 'allowed_tools') return namedTool('tool_choice', { type, ...tool });
  const allowed = entriesAt('tool_choice.tools', tools).map(([at, entry]) => namedTool(at, entry));
  return { type, allowed_tools: { mode: textAt('tool_choice.mode', mode), tools: allowed } };
}

function namedTool(at: string, { type, name }: Members): Members {
  if (type !== 'function') refuse(`${at}.type`, 'expected function');
  return { type, function: { name: textAt(`${at}.name`, name) } };
}

function formatOf(format: unknown): unknown {
  if (format === undefined || format === null) return undefined;
  const { type, name, description, schema, strict } = objectAt('text.format', format);
  if (type === 'text') return undefined;
  if (type === 'json_object') return { type };
  if (type !== 'json_schema') {
    throw new InvalidArgumentError('text.format.type', 'must be text, json_object or json_schema');
  }
  return {
    type,
    json_schema: { name: textAt('text.format.name', name), ...setMembers({ description, schema, strict }) },
  };
}
