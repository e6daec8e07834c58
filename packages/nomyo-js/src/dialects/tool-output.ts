/** What a tool returned, as a chat completion takes it: text alone. The rest of it goes into a user message. */
import type { Members } from './dialect.js';

/** The text for a tool that returned only an image or a document. */
const MEDIA_FOLLOWS = 'The output follows in the next message.';

/** The answer of one tool, and the parts of it that are no text. */
export interface ToolOutput {
  readonly message: Members;
  readonly media: readonly Members[];
}

/**
 * @param id of the call
 * @param media parts of a chat completion's message
 * @param mark stands before the text
 */
export function toolOutput(id: string, text: string, media: readonly Members[], mark = ''): ToolOutput {
  const shown = text === '' && media.length > 0 ? MEDIA_FOLLOWS : text;
  return {
    message: { role: 'tool', tool_call_id: id, content: `${mark}${shown}` },
    media: media.length === 0 ? [] : [{ type: 'text', text: `From the tool call ${id}:` }, ...media],
  };
}
