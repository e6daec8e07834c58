/** Converts a request of Anthropic's Messages API to a chat completion. */
import { InvalidArgumentError } from '@nomyo/base';
import type { Members } from '../dialect.js';
import { entriesAt, objectAt, refuse, setMembers, textAt } from '../members.js';
import { messagesOf, textOf } from './input.js';

/** Members whose counterpart has another name or form, or that have none; all others are passed on unchanged. */
const TRANSLATED = [
  'system',
  'messages',
  'tools',
  'tool_choice',
  'stop_sequences',
  'metadata',
  'thinking',
  'stream',
  'service_tier',
  'output_format',
  'output_config',
  'mcp_servers',
  'container',
  'context_management',
  // None of these changes the answer: caching, speed, and the versions and betas that some clients repeat in the body.
  'cache_control',
  'speed',
  'betas',
  'anthropic_beta',
  'anthropic_version',
  'inference_geo',
] as const;

/** Features that only Anthropic's own servers have. */
const SERVER_SIDE = ['mcp_servers', 'container'] as const;

/** Largest thinking budgets, in tokens, that count as low or medium effort. */
const EFFORTS = { low: 4096, medium: 16_384 } as const;

/** @throws {InvalidArgumentError} on an invalid or unsupported request */
export function chatRequestOf(body: Members): Members {
  for (const name of SERVER_SIDE) {
    const value = body[name];
    const isSet = value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
    if (isSet) {
      refuse(name, 'it runs on the service, which would see the conversation in the clear; leave it out');
    }
  }
  if ((body['inference_geo'] ?? null) !== null) {
    refuse('inference_geo', 'the router decides where a model runs; leave it out');
  }
  checkContext(body['context_management']);
  const rest = Object.entries(body).filter(([name]) => !TRANSLATED.some((translated) => translated === name));
  const isStream = body['stream'] === true;
  const { type: choice, disable_parallel_tool_use: isSerial } = objectAt(
    'tool_choice',
    body['tool_choice'] ?? {},
  );
  return {
    ...setMembers(Object.fromEntries(rest)),
    ...setMembers({
      tools: toolsOf(body['tools']),
      tool_choice: toolChoiceOf(choice, body['tool_choice']),
      parallel_tool_calls: isSerial === true ? false : undefined,
      stop: body['stop_sequences'],
      user: objectAt('metadata', body['metadata'] ?? {})['user_id'],
      reasoning_effort: effortOf(body),
      response_format: formatOf(body),
      stream: body['stream'],
      stream_options: isStream ? { include_usage: true } : undefined,
    }),
    messages: [...systemOf(body['system']), ...messagesOf(body['messages'])],
  };
}

/**
 * Edits that clear old thinking and tool results only save tokens: without them the model sees everything, so they are
 * left out. Claude Code sends them. What summarizes would need the conversation in the clear.
 */
function checkContext(context: unknown): void {
  const { edits } = objectAt('context_management', context ?? {});
  for (const [at, { type }] of entriesAt('context_management.edits', edits)) {
    if (typeof type === 'string' && type.startsWith('clear_')) continue;
    refuse(
      `${at}.type`,
      'it runs on the service, which would see the conversation in the clear; leave it out',
    );
  }
}

function systemOf(system: unknown): readonly Members[] {
  if (system === undefined || system === null) return [];
  return [{ role: 'system', content: textOf('system', system) }];
}

function toolsOf(tools: unknown): readonly Members[] | undefined {
  const entries = entriesAt('tools', tools);
  return entries.length === 0 ? undefined : entries.map(([at, tool]) => toolOf(at, tool));
}

function toolOf(at: string, { type, name, description, input_schema, strict }: Members): Members {
  if (type !== undefined && type !== null && type !== 'custom') {
    refuse(`${at}.type`, 'built-in tools run on the service; define tools with an input_schema instead');
  }
  const parameters = objectAt(`${at}.input_schema`, input_schema);
  return {
    type: 'function',
    function: { name: textAt(`${at}.name`, name), parameters, ...setMembers({ description, strict }) },
  };
}

function toolChoiceOf(type: unknown, choice: unknown): unknown {
  switch (type) {
    case undefined:
      return undefined;
    case 'auto':
    case 'none':
      return type;
    case 'any':
      return 'required';
    case 'tool': {
      const name = textAt('tool_choice.name', objectAt('tool_choice', choice)['name']);
      return { type: 'function', function: { name } };
    }
    default:
      throw new InvalidArgumentError('tool_choice.type', 'must be auto, any, tool or none');
  }
}

function effortOf(body: Members): unknown {
  const { effort } = objectAt('output_config', body['output_config'] ?? {});
  if (typeof effort === 'string') return effort === 'max' ? 'high' : effort;
  const { type, budget_tokens: budget } = objectAt('thinking', body['thinking'] ?? {});
  if (type !== 'enabled' || typeof budget !== 'number') return undefined;
  if (budget <= EFFORTS.low) return 'low';
  return budget <= EFFORTS.medium ? 'medium' : 'high';
}

function formatOf(body: Members): unknown {
  const { format = body['output_format'] } = objectAt('output_config', body['output_config'] ?? {});
  if (format === undefined || format === null) return undefined;
  const { type, schema } = objectAt('output_config.format', format);
  if (type !== 'json_schema') {
    throw new InvalidArgumentError('output_config.format.type', 'must be json_schema');
  }
  return {
    type,
    json_schema: { name: 'answer', schema: objectAt('output_config.format.schema', schema), strict: true },
  };
}
