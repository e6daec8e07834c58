/** Writes the chunks of a chat completion as numbered events of the Responses API. */
import type { ChatCompletionChunk } from '../../stream/chunk-types.js';
import type { ServerSentEvent } from '../../stream/sse.js';
import type { EventWriter, FailureText, Members } from '../dialect.js';
import { PartReader, type Part, type PartEvent } from '../parts.js';
import { contentOf, itemId, ITEM_OF, itemOf, responseOf, statusOf, type Item } from './answer.js';

/** Names of the events of a part, while it grows and when it is complete. */
const EVENTS_OF = {
  text: { event: 'response.output_text', member: 'text', more: { logprobs: [] } },
  refusal: { event: 'response.refusal', member: 'refusal', more: {} },
  reasoning: { event: 'response.reasoning_text', member: 'text', more: {} },
  call: { event: 'response.function_call_arguments', member: 'arguments', more: {} },
} as const;

interface OpenItem {
  readonly id: string;
  readonly position: number;
  readonly parts: { part: Part; text: string }[];
}

/** Writes the events of one answer. */
export class ResponsesWriter implements EventWriter {
  readonly #body: Members;
  readonly #reader = new PartReader();
  readonly #output: Item[] = [];
  #item: OpenItem | undefined;
  #sequence = 0;

  /** @param body the request */
  constructor(body: Members) {
    this.#body = body;
  }

  /** The answer so far. */
  response(isOver: boolean): Members {
    return responseOf(this.#body, this.#reader.facts, this.#output, isOver);
  }

  write(chunk: ChatCompletionChunk): readonly ServerSentEvent[] {
    const isFirst = this.#sequence === 0;
    const parts = [...this.#reader.read(chunk)];
    return [...(isFirst ? this.#begin() : []), ...parts.flatMap((part) => this.#part(part))];
  }

  end(): readonly ServerSentEvent[] {
    const begun = this.#sequence === 0 ? this.#begin() : [];
    const parts = [...this.#reader.end()].flatMap((part) => this.#part(part));
    const item = this.#endItem();
    const response = this.response(true);
    return [
      ...begun,
      ...parts,
      ...item,
      this.#event(`response.${statusOf(this.#reader.facts)}`, { response }),
    ];
  }

  fail({ type, code, message, param }: FailureText): ServerSentEvent {
    // Written in both forms that libraries read: the documented one, and the one of the other APIs.
    return this.#event('error', { code, message, param, error: { type, code, message, param } });
  }

  #begin(): readonly ServerSentEvent[] {
    const response = this.response(false);
    return [this.#event('response.created', { response }), this.#event('response.in_progress', { response })];
  }

  #part(event: PartEvent): readonly ServerSentEvent[] {
    switch (event.step) {
      case 'start':
        return this.#start(event.part);
      case 'delta':
        return this.#delta(event.text);
      case 'stop':
        return this.#stop();
    }
  }

  /** Text and refusal are parts of one message; everything else is an item of its own. */
  #start(part: Part): readonly ServerSentEvent[] {
    const isSameItem =
      this.#item?.parts[0] !== undefined &&
      ITEM_OF[this.#item.parts[0].part.type].type === 'message' &&
      ITEM_OF[part.type].type === 'message';
    const ended = isSameItem ? [] : this.#endItem();
    const position = this.#output.length;
    const item = this.#item ?? { id: itemId(this.#reader.facts, part, position), position, parts: [] };
    this.#item = item;
    const begun = isSameItem ? [] : [this.#event('response.output_item.added', this.#added(item, part))];
    item.parts.push({ part, text: '' });
    if (part.type === 'call') return [...ended, ...begun];
    const empty = contentOf({ part, text: '' }, this.#reader.facts);
    return [
      ...ended,
      ...begun,
      this.#event('response.content_part.added', { ...this.#place(), part: empty }),
    ];
  }

  #added({ id, position }: OpenItem, part: Part): Members {
    const { facts } = this.#reader;
    const item = itemOf(id, [{ part, text: '' }], facts, 'in_progress');
    return { output_index: position, item: part.type === 'call' ? item : { ...item, content: [] } };
  }

  #delta(text: string): readonly ServerSentEvent[] {
    const part = this.#last();
    part.text += text;
    const { event, more } = EVENTS_OF[part.part.type];
    return [this.#event(`${event}.delta`, { ...this.#place(), delta: text, ...more })];
  }

  #stop(): readonly ServerSentEvent[] {
    const part = this.#last();
    const { event, member, more } = EVENTS_OF[part.part.type];
    const name = part.part.type === 'call' ? { name: part.part.name } : {};
    const done = this.#event(`${event}.done`, { ...this.#place(), [member]: part.text, ...name, ...more });
    if (part.part.type === 'call') return [done];
    const content = contentOf(part, this.#reader.facts);
    return [done, this.#event('response.content_part.done', { ...this.#place(), part: content })];
  }

  #endItem(): readonly ServerSentEvent[] {
    if (this.#item === undefined) return [];
    const { id, position, parts } = this.#item;
    const item = itemOf(id, parts, this.#reader.facts, statusOf(this.#reader.facts));
    this.#output.push(item);
    this.#item = undefined;
    return [this.#event('response.output_item.done', { output_index: position, item })];
  }

  /** The location of the last part in the output. */
  #place(): Members {
    const { id, position, parts } = this.#item ?? { id: '', position: 0, parts: [] };
    const place = { item_id: id, output_index: position };
    return parts.at(-1)?.part.type === 'call' ? place : { ...place, content_index: parts.length - 1 };
  }

  #last(): { part: Part; text: string } {
    return this.#item?.parts.at(-1) ?? { part: { type: 'text' }, text: '' };
  }

  #event(type: string, members: Members): ServerSentEvent {
    const sequence_number = this.#sequence;
    this.#sequence += 1;
    return { event: type, data: JSON.stringify({ type, sequence_number, ...members }) };
  }
}
