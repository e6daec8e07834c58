/** Converts the output of a tool to a chat completion, where it can only be text. Media go into a user message. */
import type { Members } from './dialect.js';

/** The text for a tool that returned only an image or a document. */
const MEDIA_FOLLOWS = 'The output follows in the next message.';

/** The message with a tool's text output, and the parts that are not text. */
export interface ToolOutput {
  readonly message: Members;
  readonly media: readonly Members[];
}

/**
 * @param id id of the call
 * @param media parts of a chat completion's message
 * @param mark put before the text
 */
export function toolOutput(id: string, text: string, media: readonly Members[], mark = ''): ToolOutput {
  const shown = text === '' && media.length > 0 ? MEDIA_FOLLOWS : text;
  return {
    message: { role: 'tool', tool_call_id: id, content: `${mark}${shown}` },
    media: media.length === 0 ? [] : [{ type: 'text', text: `From the tool call ${id}:` }, ...media],
  };
}
