import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { responses } from '../../src/dialects/responses/responses.js';
import { completion, type Json } from '../fetch/support.js';
import { answered, streamed } from './support.js';

const ASKED = { model: 'm', input: 'Hello' };
const CALL = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } };
const EVERYTHING = completion(
  '',
  {},
  {
    message: {
      role: 'assistant',
      reasoning_content: 'Let me think.',
      content: 'Hello there',
      refusal: 'But no.',
      tool_calls: [CALL, { ...CALL, id: 'call_2' }],
    },
    finish_reason: 'tool_calls',
  },
);

describe('a request of the Responses API', () => {
  it('becomes a chat completion', () => {
    const { request, isStream } = responses.read({
      model: 'm',
      instructions: 'Be brief.',
      input: [
        { role: 'developer', content: 'Rules.' },
        {
          type: 'message',
          role: 'user',
          content: [
            { type: 'input_text', text: 'Look:' },
            { type: 'input_image', image_url: 'data:image/png;base64,AA==', detail: 'low' },
            { type: 'input_file', file_data: 'data:application/pdf;base64,AA==', filename: 'a.pdf' },
          ],
        },
        { type: 'reasoning', id: 'rs_1', summary: [], content: [{ type: 'reasoning_text', text: 'Hm.' }] },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I see.' }] },
        { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{}' },
        { type: 'function_call', call_id: 'call_2', name: 'weather', arguments: '{}' },
        { type: 'function_call_output', call_id: 'call_1', output: 'rain' },
        { type: 'function_call_output', call_id: 'call_2', output: [{ type: 'input_text', text: 'sun' }] },
      ],
      tools: [{ type: 'function', name: 'weather', parameters: { type: 'object' }, strict: true }],
      tool_choice: { type: 'function', name: 'weather' },
      text: {
        format: { type: 'json_schema', name: 'out', schema: { type: 'object' }, strict: true },
        verbosity: 'low',
      },
      reasoning: { effort: 'high' },
      max_output_tokens: 5,
      temperature: 0.5,
      metadata: null,
      vendor: 1,
      stream: true,
    });
    expect(isStream).toBe(true);
    expect(request).toEqual({
      model: 'm',
      temperature: 0.5,
      vendor: 1,
      max_tokens: 5,
      reasoning_effort: 'high',
      verbosity: 'low',
      stream: true,
      stream_options: { include_usage: true },
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'out', schema: { type: 'object' }, strict: true },
      },
      tools: [
        { type: 'function', function: { name: 'weather', parameters: { type: 'object' }, strict: true } },
      ],
      tool_choice: { type: 'function', function: { name: 'weather' } },
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'developer', content: 'Rules.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look:' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==', detail: 'low' } },
            { type: 'file', file: { file_data: 'data:application/pdf;base64,AA==', filename: 'a.pdf' } },
          ],
        },
        {
          role: 'assistant',
          reasoning_content: 'Hm.',
          content: 'I see.',
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{}' } },
            { id: 'call_2', type: 'function', function: { name: 'weather', arguments: '{}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'rain' },
        { role: 'tool', tool_call_id: 'call_2', content: 'sun' },
      ],
    });
  });

  it.each(['auto', 'required'])('names the tools that may be called: %s', (mode) => {
    const tools = ['weather', 'clock'].map((name) => ({ type: 'function', name }));
    const choice = { type: 'allowed_tools', mode, tools };
    expect(responses.read({ ...ASKED, tool_choice: choice }).request['tool_choice']).toEqual({
      type: 'allowed_tools',
      allowed_tools: { mode, tools: tools.map(({ type, name }) => ({ type, function: { name } })) },
    });
  });

  it.each<[string, Json]>([
    ['tool_choice.type', { type: 'mcp', server_label: 'x' }],
    ['tool_choice.name', { type: 'function' }],
    ['tool_choice.mode', { type: 'allowed_tools', tools: [] }],
    ['tool_choice.tools[0].type', { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'mcp' }] }],
    ['tool_choice.tools[0].name', { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function' }] }],
  ])('refuses by name what is wrong in a tool_choice: %s', (argument, choice) => {
    expect(() => responses.read({ ...ASKED, tool_choice: choice })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', argument }),
    );
  });

  it.each<[Json, Json]>([
    [{ include: ['message.output_text.logprobs'] }, { logprobs: true }],
    [{ top_logprobs: 0 }, { logprobs: true, top_logprobs: 0 }],
    [{ include: ['reasoning.encrypted_content'], top_logprobs: null }, {}],
    [{ include: null }, {}],
  ])('asks for the probabilities of tokens when it was asked for them: %j', (asked, sent) => {
    const plain = responses.read(ASKED).request;
    expect(responses.read({ ...ASKED, ...asked }).request).toEqual({ ...plain, ...sent });
  });

  describe('with images and files that tools returned', () => {
    const IMAGE = 'data:image/png;base64,AA==';
    const call = (id: string): Json => ({ type: 'function_call', call_id: id, name: 'f', arguments: '{}' });
    const output = (id: string, ...parts: readonly Json[]): Json => ({
      type: 'function_call_output',
      call_id: id,
      output: parts,
    });
    const text = { type: 'input_text', text: 'Shot:' };
    const image = { type: 'input_image', image_url: IMAGE };
    const file = { type: 'input_file', file_data: 'data:application/pdf;base64,AA==' };
    const media = [
      { type: 'text', text: 'From the tool call a:' },
      { type: 'image_url', image_url: { url: IMAGE } },
      { type: 'text', text: 'From the tool call b:' },
      { type: 'file', file: { file_data: 'data:application/pdf;base64,AA==' } },
    ];
    const tools = [
      { role: 'tool', tool_call_id: 'a', content: 'Shot:' },
      { role: 'tool', tool_call_id: 'b', content: 'The output follows in the next message.' },
    ];
    const input = [call('a'), call('b'), output('a', text, image), output('b', file)];
    const said = (...more: readonly Json[]): unknown =>
      (responses.read({ model: 'm', input: [...input, ...more] }).request['messages'] as unknown[]).slice(1);

    it('says them for the user, after the answers to all calls', () => {
      expect(said()).toEqual([...tools, { role: 'user', content: media }]);
    });

    it.each([
      ['a text', 'And?'],
      ['parts', [{ type: 'input_text', text: 'And?' }]],
    ])('says them with what the user says next: %s', (_, content) => {
      const next = { role: 'user', content: [...media, { type: 'text', text: 'And?' }] };
      expect(said({ role: 'user', content })).toEqual([...tools, next]);
    });

    it('says them before what anybody else says next', () => {
      const next = { role: 'assistant', content: 'Nice.' };
      expect(said(next)).toEqual([...tools, { role: 'user', content: media }, next]);
    });
  });

  it.each<[string, Json, RegExp]>([
    ['previous_response_id', { previous_response_id: 'resp_1' }, /chat\('model'\)/],
    ['conversation', { conversation: 'conv_1' }, /chat\('model'\)/],
    ['background', { background: true }, /leave it out/],
    ['tools[0].type', { tools: [{ type: 'web_search' }] }, /built-in/],
    ['input[0]', { input: [{ type: 'item_reference', id: 'msg_1' }] }, /store: false/],
    [
      'input[0].content[0].file_id',
      { input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'f' }] }] },
      /id/,
    ],
    ['input[0].type', { input: [{ type: 'computer_call' }] }, /expected message/],
    ['truncation', { truncation: 'auto' }, /shorten/],
    ['input', { input: undefined }, /string or an array/],
    ['input', { input: [] }, /empty/],
  ])('with %s is refused with advice', (argument, members, message) => {
    expect(() => responses.read({ ...ASKED, ...members })).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        argument,
        message: expect.stringMatching(message) as unknown,
      }),
    );
  });
});

describe('an answer of the Responses API', () => {
  it('has items, a text, and usage', () => {
    const answer = answered(responses, ASKED, EVERYTHING);
    expect(answer).toMatchObject({
      object: 'response',
      status: 'completed',
      output_text: 'Hello there',
      store: false,
      usage: { input_tokens: 11, output_tokens: 7, total_tokens: 18 },
      output: [
        { type: 'reasoning', content: [{ type: 'reasoning_text', text: 'Let me think.' }] },
        {
          type: 'message',
          role: 'assistant',
          content: [
            { type: 'output_text', text: 'Hello there', annotations: [] },
            { type: 'refusal', refusal: 'But no.' },
          ],
        },
        { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{"city":"Oslo"}' },
        { type: 'function_call', call_id: 'call_2' },
      ],
    });
  });

  it('that was cut off by length is incomplete', () => {
    const cut = completion('x', {}, { finish_reason: 'length' });
    expect(answered(responses, ASKED, cut)).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
    });
    expect(streamed(responses, ASKED, cut).at(-1)?.event).toBe('response.incomplete');
  });

  it('streams in order: numbered events, and a start, deltas and an end for each item', () => {
    const events = streamed(responses, ASKED, EVERYTHING);
    expect(events.map(({ data }) => data['sequence_number'])).toEqual(events.map((_, index) => index));
    for (const { event, data } of events) expect(data['type']).toBe(event);
    const names = events.map(({ event }) => event?.replace('response.', ''));
    expect(names.filter((name, index) => name !== names[index - 1])).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'content_part.added',
      'reasoning_text.delta',
      'reasoning_text.done',
      'content_part.done',
      'output_item.done',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'content_part.added',
      'refusal.delta',
      'refusal.done',
      'content_part.done',
      'output_item.done',
      'output_item.added',
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'output_item.done',
      'output_item.added',
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'output_item.done',
      'completed',
    ]);
    expect(events.at(-1)?.data['response']).toEqual(answered(responses, ASKED, EVERYTHING));
  });

  it('can be sent back as input, and is what the model said', () => {
    const text = fc.string({ minLength: 1 });
    const call = fc.record({ id: text, name: text, arguments: fc.json() });
    fc.assert(
      fc.property(
        fc.option(text, { nil: undefined }),
        text,
        fc.uniqueArray(call, { selector: ({ id }) => id, maxLength: 3 }),
        (reasoning, content, calls) => {
          const tool_calls = calls.map(({ id, ...called }) => ({ id, type: 'function', function: called }));
          const message = {
            role: 'assistant',
            content,
            ...(reasoning === undefined ? {} : { reasoning_content: reasoning }),
            ...(tool_calls.length === 0 ? {} : { tool_calls }),
          };
          const whole = completion('', {}, { message });
          const { output } = answered(responses, ASKED, whole);
          expect(responses.read({ model: 'm', input: output }).request['messages']).toEqual([message]);
          const events = streamed(responses, ASKED, whole);
          const grown = events.filter(({ event }) => event === 'response.output_text.delta');
          expect(grown.map(({ data }) => data['delta']).join('')).toBe(content);
        },
      ),
    );
  });
});
