/** Converts the messages of Anthropic's API, texts or content blocks, to those of a chat completion. */
import { InvalidArgumentError } from '@nomyo/base';
import type { Members } from '../dialect.js';
import { entriesAt, objectAt, refuse, setMembers, textAt } from '../members.js';
import { toolOutput, type ToolOutput } from '../tool-output.js';

const NO_IDS = 'nothing is stored under an id; send the content as base64';

/** Marks a tool's output as an error; a chat completion has no member for that. */
const ERROR_MARK = 'Error: ';

/** @throws {InvalidArgumentError} on an invalid or unsupported message */
export function messagesOf(messages: unknown): readonly Members[] {
  if (!Array.isArray(messages)) throw new InvalidArgumentError('messages', 'must be an array');
  return entriesAt('messages', messages).flatMap(([at, message]) => turnOf(at, message));
}

function turnOf(at: string, { role, content }: Members): readonly Members[] {
  if (role !== 'user' && role !== 'assistant' && role !== 'system') {
    throw new InvalidArgumentError(`${at}.role`, 'must be user, assistant or system');
  }
  if (typeof content === 'string') return [{ role, content }];
  if (!Array.isArray(content)) {
    throw new InvalidArgumentError(`${at}.content`, 'must be a string or an array');
  }
  const blocks = entriesAt(`${at}.content`, content);
  if (role === 'assistant') return [assistant(blocks)];
  return role === 'user' ? user(blocks) : [{ role, content: textOf(`${at}.content`, content) }];
}

type Blocks = readonly (readonly [at: string, block: Members])[];

/**
 * Puts the results of tools before the user's own words, so that they follow the calls. In a chat completion, a tool's
 * result is text only: its images and documents go into the user's message, each after the id of its call.
 */
function user(blocks: Blocks): readonly Members[] {
  const results = blocks.filter(([, block]) => block['type'] === 'tool_result').map(resultOf);
  const parts = blocks.filter(([, block]) => block['type'] !== 'tool_result');
  const content = [
    ...results.flatMap(({ media }) => media),
    ...parts.map(([at, block]) => partOf(at, block)),
  ];
  return [
    ...results.map(({ message }) => message),
    ...(content.length === 0 && results.length > 0 ? [] : [{ role: 'user', content }]),
  ];
}

function resultOf([at, { tool_use_id, content, is_error }]: Blocks[number]): ToolOutput {
  const id = textAt(`${at}.tool_use_id`, tool_use_id);
  const blocks = blocksAt(`${at}.content`, content ?? []);
  const media = blocks.filter(isMedia).map(([name, block]) => partOf(name, block));
  const text = textOfBlocks(blocks.filter((block) => !isMedia(block)));
  return toolOutput(id, text, media, is_error === true ? ERROR_MARK : '');
}

const isMedia = ([, { type }]: Blocks[number]): boolean => type === 'image' || type === 'document';

function partOf(at: string, block: Members): Members {
  switch (block['type']) {
    case 'text':
      return { type: 'text', text: textAt(`${at}.text`, block['text']) };
    case 'image':
      return { type: 'image_url', image_url: { url: sourceUrl(`${at}.source`, block['source']) } };
    case 'document':
      return documentOf(at, block);
    default:
      return refuse(`${at}.type`, 'expected text, image, document or tool_result');
  }
}

function documentOf(at: string, block: Members): Members {
  const source = objectAt(`${at}.source`, block['source']);
  if (source['type'] === 'text') return { type: 'text', text: textAt(`${at}.source.data`, source['data']) };
  if (source['type'] === 'url') refuse(`${at}.source.type`, 'send the document itself, as base64');
  const file = { file_data: sourceUrl(`${at}.source`, source), ...setMembers({ filename: block['title'] }) };
  return { type: 'file', file };
}

function sourceUrl(at: string, value: unknown): string {
  const { type, media_type, data, url } = objectAt(at, value);
  if (type === 'url') return textAt(`${at}.url`, url);
  if (type !== 'base64') refuse(`${at}.type`, NO_IDS);
  return `data:${textAt(`${at}.media_type`, media_type)};base64,${textAt(`${at}.data`, data)}`;
}

function assistant(blocks: Blocks): Members {
  const blocksOf = (type: string): Blocks => blocks.filter(([, block]) => block['type'] === type);
  const known = ['text', 'tool_use', 'thinking', 'redacted_thinking'];
  const other = blocks.find(([, block]) => !known.includes(String(block['type'])));
  if (other !== undefined) {
    refuse(`${other[0]}.type`, 'expected text, thinking or tool_use');
  }
  const texts = blocksOf('text').map(([at, block]) => textAt(`${at}.text`, block['text']));
  const thoughts = blocksOf('thinking').map(([at, block]) => textAt(`${at}.thinking`, block['thinking']));
  const calls = blocksOf('tool_use').map(([at, block]) => callOf(at, block));
  return {
    role: 'assistant',
    content: texts.length === 0 && calls.length > 0 ? null : texts.join(''),
    ...(thoughts.length === 0 ? {} : { reasoning_content: thoughts.join('') }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

function callOf(at: string, { id, name, input }: Members): Members {
  return {
    id: textAt(`${at}.id`, id),
    type: 'function',
    function: {
      name: textAt(`${at}.name`, name),
      arguments: JSON.stringify(objectAt(`${at}.input`, input ?? {})),
    },
  };
}

/** A text, or the texts of blocks. */
export const textOf = (at: string, content: unknown): string => textOfBlocks(blocksAt(at, content));

/** The blocks of a content; a text counts as one block. */
function blocksAt(at: string, content: unknown): Blocks {
  if (typeof content === 'string') return [[at, { type: 'text', text: content }]];
  if (!Array.isArray(content)) throw new InvalidArgumentError(at, 'must be a string or an array');
  return entriesAt(at, content);
}

const textOfBlocks = (blocks: Blocks): string =>
  blocks
    .map(([at, { type, text }]) => {
      if (type !== 'text') refuse(`${at}.type`, 'expected text');
      return textAt(`${at}.text`, text);
    })
    .join('');
