/** Real streams, cut anywhere, through each dialect: what comes out is what the model said, in the order of the API. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chatCompletions } from '../../src/dialects/chat-completions.js';
import type { Members, Translator } from '../../src/dialects/dialect.js';
import { messages } from '../../src/dialects/messages/messages.js';
import { responses } from '../../src/dialects/responses/responses.js';
import type { ChatCompletionChunk } from '../../src/index.js';
import type { Json } from '../fetch/support.js';
import { writerOf, type Event } from './support.js';

const REASONS = ['stop', 'length', 'tool_calls', 'content_filter'] as const;
const USAGE = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };

interface Said {
  readonly reasoning: readonly string[];
  readonly text: readonly string[];
  readonly refusal: readonly string[];
  readonly calls: readonly {
    readonly id: string;
    readonly name: string;
    readonly arguments: readonly string[];
  }[];
  readonly reason: (typeof REASONS)[number];
}

/** Pieces of texts with everything that UTF-16 can hold: halves of pairs, combining marks, pieces of nothing. */
const texts = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\ud83d', '\ude00', 'é', '👩‍👩‍👧', '', '\r\n', 'data: [DONE]'),
  ),
  { maxLength: 6 },
);
/** The text of an object, cut into pieces. */
const callArguments = fc
  .tuple(fc.dictionary(fc.string(), fc.jsonValue()), fc.integer({ min: 1, max: 9 }))
  .map(([value, size]) => JSON.stringify(value).match(new RegExp(`[^]{1,${String(size)}}`, 'g')) ?? []);
const called = fc.record({
  id: fc.string({ minLength: 1 }),
  name: fc.string({ minLength: 1 }),
  arguments: callArguments,
});
const said: fc.Arbitrary<Said> = fc.record({
  reasoning: texts,
  text: texts,
  refusal: fc.oneof(fc.constant([]), texts),
  calls: fc.array(called, { maxLength: 12 }),
  reason: fc.constantFrom(...REASONS),
});

/** The chunks of a server that streams. */
function chunksOf({ reasoning, text, refusal, calls, reason }: Said): ChatCompletionChunk[] {
  const base = { id: 'c-1', object: 'chat.completion.chunk', created: 1, model: 'm' } as const;
  const deltas = [
    { role: 'assistant' as const, content: '' },
    ...reasoning.map((piece) => ({ reasoning_content: piece })),
    ...text.map((piece) => ({ content: piece })),
    ...refusal.map((piece) => ({ refusal: piece })),
    ...calls.flatMap(({ id, name, arguments: pieces }, index) => [
      { tool_calls: [{ index, id, type: 'function' as const, function: { name, arguments: '' } }] },
      ...pieces.map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
    ]),
  ];
  return [
    ...deltas.map((delta) => ({ ...base, choices: [{ index: 0, delta, finish_reason: null }] })),
    { ...base, choices: [{ index: 0, delta: {}, finish_reason: reason }] },
    { ...base, choices: [], usage: USAGE },
  ];
}

function eventsOf(dialect: Translator, body: Members, of: Said): Event[] {
  const writer = writerOf(dialect, body);
  const written = [...chunksOf(of).flatMap((chunk) => writer.write(chunk)), ...writer.end()];
  return written.map(({ event, data }) => ({
    event,
    data: data === '[DONE]' ? {} : (JSON.parse(data) as Json),
  }));
}

/** The texts of a member of some events, joined. */
const joined = (of: readonly Json[], member: string): string => of.map((each) => each[member]).join('');
const whole = (pieces: readonly string[]): string => pieces.join('');

describe('a stream', () => {
  it('of chat completions is passed through, and ends with [DONE] alone', () => {
    fc.assert(
      fc.property(said, (of) => {
        const body = { model: 'm', messages: [], stream: true };
        const events = eventsOf(chatCompletions, body, of);
        expect(events.slice(0, -1).map(({ data }) => data)).toEqual(chunksOf(of));
      }),
    );
  });

  it('of the Responses API: numbered, a start, deltas and an end for each item, and everything in the last event', () => {
    fc.assert(
      fc.property(said, (of) => {
        const events = eventsOf(responses, { model: 'm', input: 'x', stream: true }, of);
        expect(events.map(({ data }) => data['sequence_number'])).toEqual(events.map((_event, i) => i));
        expect(events.slice(0, 2).map(({ event }) => event)).toEqual([
          'response.created',
          'response.in_progress',
        ]);
        const cut = of.reason === 'length' || of.reason === 'content_filter';
        expect(events.at(-1)?.event).toBe(cut ? 'response.incomplete' : 'response.completed');
        const deltas = (event: string) => joined(named(events, `response.${event}.delta`), 'delta');
        expect(deltas('output_text')).toBe(whole(of.text));
        expect(deltas('refusal')).toBe(whole(of.refusal));
        expect(deltas('reasoning_text')).toBe(whole(of.reasoning));
        const done = named(events, 'response.output_item.done').map(({ item }) => item as Json);
        const calls = done.filter(({ type }) => type === 'function_call');
        expect(calls.map(({ call_id, name, arguments: text }) => [call_id, name, text])).toEqual(
          of.calls.map(({ id, name, arguments: pieces }) => [id, name, whole(pieces)]),
        );
        expect(named(events, 'response.output_item.added')).toHaveLength(done.length);
        const response = events.at(-1)?.data['response'] as Json;
        expect(response['output']).toEqual(done);
        expect(response['output_text']).toBe(whole(of.text));
        expect(response['usage']).toMatchObject({ input_tokens: 3, output_tokens: 4, total_tokens: 7 });
      }),
    );
  });

  it('of the Messages API: one block after the other, and why it stopped', () => {
    fc.assert(
      fc.property(said, (of) => {
        const body = { model: 'm', max_tokens: 5, messages: [], stream: true };
        const events = eventsOf(messages, body, of);
        const names = events.map(({ event }) => event ?? '');
        const order = names.join(' ').replaceAll(/(content_block_delta )+/g, '');
        expect(order).toMatch(
          /^message_start (content_block_start content_block_stop )*message_delta message_stop$/,
        );
        const deltas = named(events, 'content_block_delta').map(({ delta }) => delta as Json);
        const of_type = (type: string) => deltas.filter((delta) => delta['type'] === type);
        expect(joined(of_type('text_delta'), 'text')).toBe(whole(of.text) + whole(of.refusal));
        expect(joined(of_type('thinking_delta'), 'thinking')).toBe(whole(of.reasoning));
        expect(joined(of_type('input_json_delta'), 'partial_json')).toBe(
          of.calls.map(({ arguments: pieces }) => whole(pieces)).join(''),
        );
        const starts = named(events, 'content_block_start');
        expect(starts.map(({ index }) => index)).toEqual(starts.map((_start, i) => i));
        const uses = starts
          .map((start) => start['content_block'] as Json)
          .filter(({ type }) => type === 'tool_use');
        expect(uses.map(({ id, name }) => [id, name])).toEqual(of.calls.map(({ id, name }) => [id, name]));
        const reasons = {
          stop: 'end_turn',
          length: 'max_tokens',
          tool_calls: 'tool_use',
          content_filter: 'refusal',
        };
        const end = named(events, 'message_delta')[0];
        expect(end?.['delta']).toMatchObject({
          stop_reason: whole(of.refusal) === '' ? reasons[of.reason] : 'refusal',
        });
        expect(end?.['usage']).toMatchObject({ input_tokens: 3, output_tokens: 4 });
      }),
    );
  });

  it('without any chunk has a beginning and an end', () => {
    const events = writerOf(responses, { model: 'm', input: 'x' }).end();
    expect(events.map(({ event }) => event)).toEqual([
      'response.created',
      'response.in_progress',
      'response.completed',
    ]);
  });
});

function named(events: readonly Event[], name: string): Json[] {
  return events.filter(({ event }) => event === name).map(({ data }) => data);
}
