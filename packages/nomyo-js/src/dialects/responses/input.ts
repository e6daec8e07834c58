/** Converts the input of the Responses API, a text or items, to the messages of a chat completion. */
import { InvalidArgumentError } from '@nomyo/base';
import type { Members } from '../dialect.js';
import { entriesAt, objectAt, refuse, setMembers, textAt } from '../members.js';
import { toolOutput, type ToolOutput } from '../tool-output.js';

const NO_IDS = 'nothing is stored under an id; send the content itself (with store: false, libraries do)';

/** @throws {InvalidArgumentError} on an invalid or unsupported item */
export function messagesOf(input: unknown): readonly Members[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  if (!Array.isArray(input)) throw new InvalidArgumentError('input', 'must be a string or an array of items');
  const messages: Members[] = [];
  let media: readonly Members[] = [];
  for (const [at, item] of entriesAt('input', input)) {
    if (item['type'] === 'function_call_output') {
      const output = outputOf(at, item);
      messages.push(output.message);
      media = [...media, ...output.media];
    } else {
      add(messages, withMedia(messages, media, messageOf(at, item)));
      media = [];
    }
  }
  return media.length === 0 ? messages : [...messages, { role: 'user', content: media }];
}

/**
 * Puts the images and files that tools returned before the next words of the user, or into a user message of their own:
 * nothing may come between the calls of a turn and the answers to them.
 */
function withMedia(messages: Members[], media: readonly Members[], next: Members): Members {
  if (media.length === 0) return next;
  const { role, content } = next;
  if (role !== 'user') {
    messages.push({ role: 'user', content: media });
    return next;
  }
  const said: readonly unknown[] = Array.isArray(content) ? content : [{ type: 'text', text: content }];
  return { ...next, content: [...media, ...said] };
}

/** Adds a message. Consecutive items of one answer of the model are joined into one message. */
function add(messages: Members[], part: Members): void {
  const last = messages.at(-1);
  if (part['role'] !== 'assistant' || last === undefined || !goesOn(last, part)) {
    messages.push(part);
    return;
  }
  const calls = [last['tool_calls'], part['tool_calls']].flatMap((list): readonly unknown[] =>
    Array.isArray(list) ? list : [],
  );
  messages[messages.length - 1] = {
    ...last,
    ...part,
    content: part['content'] ?? last['content'] ?? null,
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

/**
 * Reports whether a part continues a message: thinking, then text, then calls. Any other order begins a new message.
 */
function goesOn(last: Members, part: Members): boolean {
  if (last['role'] !== 'assistant') return false;
  return (
    'tool_calls' in part ||
    !('tool_calls' in last || typeof last['content'] === 'string' || 'refusal' in last)
  );
}

function messageOf(at: string, item: Members): Members {
  switch (item['type'] ?? 'message') {
    case 'message':
      return spoken(at, item);
    case 'function_call':
      return { role: 'assistant', content: null, tool_calls: [callOf(at, item)] };
    case 'reasoning':
      return {
        role: 'assistant',
        content: null,
        ...setMembers({ reasoning_content: reasoningOf(at, item) }),
      };
    case 'item_reference':
      return refuse(at, NO_IDS);
    default:
      return refuse(`${at}.type`, 'expected message, reasoning, function_call or function_call_output');
  }
}

function outputOf(at: string, { call_id, output }: Members): ToolOutput {
  const id = textAt(`${at}.call_id`, call_id);
  if (typeof output === 'string') return toolOutput(id, output, []);
  const parts = entriesAt(`${at}.output`, output).map(([name, part]) => partOf(name, part));
  const isText = ({ type }: Members): boolean => type === 'text';
  const text = parts.filter(isText).map((part) => part['text']);
  return toolOutput(
    id,
    text.join(''),
    parts.filter((part) => !isText(part)),
  );
}

function callOf(at: string, item: Members): Members {
  return {
    id: textAt(`${at}.call_id`, item['call_id']),
    type: 'function',
    function: {
      name: textAt(`${at}.name`, item['name']),
      arguments: textAt(`${at}.arguments`, item['arguments']),
    },
  };
}

function reasoningOf(at: string, { content, summary }: Members): string | undefined {
  const parts = [...entriesAt(`${at}.content`, content), ...entriesAt(`${at}.summary`, summary)];
  const texts = parts.map(([, part]) => part['text']).filter((text) => typeof text === 'string');
  return texts.length === 0 ? undefined : texts.join('\n');
}

function spoken(at: string, item: Members): Members {
  const role = textAt(`${at}.role`, item['role']);
  const { content } = item;
  if (typeof content === 'string') return { role, content };
  const parts = entriesAt(`${at}.content`, content);
  if (role === 'assistant') return assistant(`${at}.content`, parts);
  return { role, content: parts.map(([name, part]) => partOf(name, part)) };
}

function assistant(at: string, parts: readonly (readonly [string, Members])[]): Members {
  const refusal = parts.find(([, part]) => part['type'] === 'refusal')?.[1]['refusal'];
  const texts = parts.filter(([, part]) => part['type'] !== 'refusal').map(([, part]) => part);
  const content = texts.length === 0 && refusal !== undefined ? null : textsOf(at, texts);
  return { role: 'assistant', content, ...setMembers({ refusal }) };
}

function partOf(at: string, part: Members): Members {
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return { type: 'text', text: textAt(`${at}.text`, part['text']) };
    case 'input_image':
      return { type: 'image_url', image_url: imageOf(at, part) };
    case 'input_file':
      return { type: 'file', file: fileOf(at, part) };
    case 'input_audio':
      return { type: 'input_audio', input_audio: objectAt(`${at}.input_audio`, part['input_audio']) };
    default:
      return refuse(`${at}.type`, 'expected text, an image, a file or audio');
  }
}

function imageOf(at: string, { image_url, file_id, detail }: Members): Members {
  if (file_id !== undefined && file_id !== null) refuse(`${at}.file_id`, NO_IDS);
  return { url: textAt(`${at}.image_url`, image_url), ...setMembers({ detail }) };
}

function fileOf(at: string, { file_data, file_id, file_url, filename }: Members): Members {
  if (file_id !== undefined && file_id !== null) refuse(`${at}.file_id`, NO_IDS);
  if (file_url !== undefined && file_url !== null) refuse(`${at}.file_url`, 'send the contents as file_data');
  return { file_data: textAt(`${at}.file_data`, file_data), ...setMembers({ filename }) };
}

/** A text, or the texts of parts. */
function textsOf(at: string, content: unknown): string {
  if (typeof content === 'string') return content;
  return entriesAt(at, content)
    .map(([name, part]) => {
      if (!/^(input_|output_)?text$/.test(String(part['type']))) {
        refuse(`${name}.type`, 'expected text');
      }
      return textAt(`${name}.text`, part['text']);
    })
    .join('');
}
