import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { messages } from '../../src/dialects/messages/messages.js';
import { completion, type Json } from '../fetch/support.js';
import { answered, streamed } from './support.js';

const ASKED = { model: 'm', max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] };
const CALL = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } };
const EVERYTHING = completion(
  '',
  {},
  {
    message: { role: 'assistant', reasoning_content: 'Hm.', content: 'Hello there', tool_calls: [CALL] },
    finish_reason: 'tool_calls',
  },
);

describe('a request of the Messages API', () => {
  it('becomes a chat completion', () => {
    const { request } = messages.read({
      model: 'm',
      max_tokens: 100,
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look:' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } },
            {
              type: 'document',
              title: 'a.pdf',
              source: { type: 'base64', media_type: 'application/pdf', data: 'AA==' },
            },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature: '' },
            { type: 'text', text: 'I see.' },
            { type: 'tool_use', id: 'call_1', name: 'weather', input: { city: 'Oslo' } },
          ],
        },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'call_1',
              content: [{ type: 'text', text: 'no' }],
              is_error: true,
            },
            { type: 'text', text: 'And?' },
          ],
        },
      ],
      tools: [{ name: 'weather', description: 'd', input_schema: { type: 'object' } }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      stop_sequences: ['END'],
      thinking: { type: 'enabled', budget_tokens: 10_000 },
      metadata: { user_id: 'u' },
      context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
      top_k: 5,
      cache_control: { type: 'ephemeral' },
      speed: 'fast',
      betas: ['prompt-caching-2024-07-31'],
      anthropic_beta: ['prompt-caching-2024-07-31'],
      anthropic_version: '2023-06-01',
      inference_geo: null,
    });
    expect(request).toEqual({
      model: 'm',
      max_tokens: 100,
      top_k: 5,
      stop: ['END'],
      user: 'u',
      reasoning_effort: 'medium',
      parallel_tool_calls: false,
      tools: [
        { type: 'function', function: { name: 'weather', description: 'd', parameters: { type: 'object' } } },
      ],
      tool_choice: 'required',
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look:' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
            { type: 'file', file: { file_data: 'data:application/pdf;base64,AA==', filename: 'a.pdf' } },
          ],
        },
        { role: 'assistant', reasoning_content: 'Hm.', content: 'I see.', tool_calls: [CALL] },
        { role: 'tool', tool_call_id: 'call_1', content: 'Error: no' },
        { role: 'user', content: [{ type: 'text', text: 'And?' }] },
      ],
    });
  });

  it('passes on the images returned by tools, after the text of all of them', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } };
    const result = (id: string, content: unknown) => ({ type: 'tool_result', tool_use_id: id, content });
    const content = [
      result('call_1', [{ type: 'text', text: 'a chart' }, image]),
      result('call_2', [image]),
      result('call_3', 'done'),
      { type: 'text', text: 'Compare them.' },
    ];
    const { request } = messages.read({ ...ASKED, messages: [{ role: 'user', content }] });
    const url = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } };
    expect(request['messages']).toEqual([
      { role: 'tool', tool_call_id: 'call_1', content: 'a chart' },
      { role: 'tool', tool_call_id: 'call_2', content: 'The output follows in the next message.' },
      { role: 'tool', tool_call_id: 'call_3', content: 'done' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'From the tool call call_1:' },
          url,
          { type: 'text', text: 'From the tool call call_2:' },
          url,
          { type: 'text', text: 'Compare them.' },
        ],
      },
    ]);
  });

  it.each<[string, Json]>([
    ['tools[0].type', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['context_management.edits[0].type', { context_management: { edits: [{ type: 'compact_20260112' }] } }],
    ['mcp_servers', { mcp_servers: [{ type: 'url' }] }],
    ['inference_geo', { inference_geo: 'eu' }],
    [
      'messages[0].content[0].source.type',
      { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'file' } }] }] },
    ],
    [
      'messages[0].content[0].content[1].type',
      {
        messages: [
          {
            role: 'user',
            content: [
              {
                type: 'tool_result',
                tool_use_id: 'call_1',
                content: [{ type: 'text', text: 'x' }, { type: 'video' }],
              },
            ],
          },
        ],
      },
    ],
    ['messages[0].role', { messages: [{ role: 'tool', content: 'x' }] }],
    ['tool_choice.type', { tool_choice: { type: 'maybe' } }],
  ])('with %s is refused', (argument, members) => {
    expect(() => messages.read({ ...ASKED, ...members })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', argument }),
    );
  });
});

describe('an answer of the Messages API', () => {
  it('has blocks, a reason to stop, and usage', () => {
    expect(answered(messages, ASKED, EVERYTHING)).toMatchObject({
      type: 'message',
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.' },
        { type: 'text', text: 'Hello there' },
        { type: 'tool_use', id: 'call_1', name: 'weather', input: { city: 'Oslo' } },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: { input_tokens: 11, output_tokens: 7 },
    });
  });

  it.each<[string, Json, string, string | null]>([
    ['stop', {}, 'end_turn', null],
    ['length', { finish_reason: 'length' }, 'max_tokens', null],
    ['content_filter', { finish_reason: 'content_filter' }, 'refusal', null],
    ['a refusal', { message: { refusal: 'no' } }, 'refusal', null],
    ['END', { stop_reason: 'END' }, 'stop_sequence', 'END'],
  ])('gives the reason for stopping after %s', (_name, choice, stop_reason, stop_sequence) => {
    const body = { ...ASKED, stop_sequences: ['END'] };
    const whole = completion('x', {}, choice);
    const expected = { stop_reason, stop_sequence };
    expect(answered(messages, body, whole)).toMatchObject(expected);
    expect(streamed(messages, body, whole).at(-2)?.data['delta']).toMatchObject(expected);
  });

  it('streams: one block after the other, and usage before the end', () => {
    const events = streamed(messages, ASKED, EVERYTHING);
    for (const { event, data } of events) expect(data['type']).toBe(event);
    const names = events.map(({ event }) => event);
    expect(names.filter((name, index) => name !== names[index - 1])).toEqual([
      'message_start',
      ...['thinking', 'text', 'tool_use'].flatMap(() => [
        'content_block_start',
        'content_block_delta',
        'content_block_stop',
      ]),
      'message_delta',
      'message_stop',
    ]);
    expect(events.at(-2)?.data).toMatchObject({
      delta: { stop_reason: 'tool_use' },
      usage: { output_tokens: 7 },
    });
  });

  it('can be sent back in the next turn, and is what the model said', () => {
    const text = fc.string({ minLength: 1 });
    const input = fc.dictionary(
      fc.string({ minLength: 1 }).filter((name) => name !== '__proto__'),
      fc.jsonValue(),
    );
    const call = fc.record({ id: text, name: text, input });
    fc.assert(
      fc.property(fc.option(text), text, fc.array(call, { maxLength: 3 }), (reasoning, content, calls) => {
        const tool_calls = calls.map(({ id, name, input: given }) => ({
          id,
          type: 'function',
          function: { name, arguments: JSON.stringify(given) },
        }));
        const message = {
          role: 'assistant',
          content,
          ...(reasoning === null ? {} : { reasoning_content: reasoning }),
          ...(tool_calls.length === 0 ? {} : { tool_calls }),
        };
        const whole = completion('', {}, { message });
        const answer = answered(messages, ASKED, whole);
        const turn = { role: 'assistant', content: answer['content'] };
        expect(messages.read({ ...ASKED, messages: [turn] }).request['messages']).toEqual([message]);
        const grown = streamed(messages, ASKED, whole).map(({ data }) => data['delta'] as Json | undefined);
        expect(
          grown
            .map((delta) => delta?.['text'])
            .filter((piece) => typeof piece === 'string')
            .join(''),
        ).toBe(content);
      }),
    );
  });

  it('with arguments that are not JSON is a failure that a retry can fix', () => {
    const message = { tool_calls: [{ ...CALL, function: { name: 'x', arguments: '{"a":' } }] };
    expect(() => answered(messages, ASKED, completion('', {}, { message }))).toThrow(
      expect.objectContaining({ status: 502 }),
    );
  });
});
