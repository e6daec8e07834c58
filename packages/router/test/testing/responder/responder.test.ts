import { describe, expect, it } from '@jest/globals';
import { completionOf } from '../../../src/testing/responder/responder.js';
import { clientOf, detailOf, HELLO, useRouters } from '../support.js';

const start = useRouters();

const WEATHER = {
  type: 'function',
  function: {
    name: 'weather',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string' },
        days: { type: ['integer', 'null'] },
        unit: { enum: ['C', 'F'] },
        note: {},
      },
      required: ['city', 'days', 'unit'],
    },
  },
};
const CLOCK = { type: 'function', function: { name: 'clock' } };

const answer = (request: object): unknown => completionOf({ ...HELLO, ...request }, 'id', 1);
const choice = (message: object, finish_reason = 'stop'): object =>
  expect.objectContaining({
    choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason }],
  });
const text = (content: string): object => choice({ content: expect.stringContaining(content) });

describe('the embedded responder', () => {
  it("tells what it is, what it got, and the user's last words", () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'First?' },
      { role: 'assistant', content: 'Yes.' },
      { role: 'user', content: 'And then?' },
    ];
    expect(answer({ messages })).toEqual({
      id: 'chatcmpl-id',
      object: 'chat.completion',
      created: 1,
      model: 'test-model',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content:
              'This is the embedded responder of the local NOMYO test router, not a model. It got 4 messages with ' +
              '28 characters of text. The last user message was: And then?',
          },
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 7, completion_tokens: expect.any(Number), total_tokens: expect.any(Number) },
    });
  });

  it('gives the same answer for the same request', async () => {
    const client = clientOf(await start());
    const first = await client.complete(HELLO);
    expect(await client.complete(HELLO)).toEqual({ ...first, created: expect.any(Number) });
    expect(await client.complete({ ...HELLO, temperature: 0 })).not.toHaveProperty('id', first['id']);
  });

  it('understands content parts', () => {
    const content = [
      { type: 'text', text: 'What is ' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      { type: 'text', text: 'this?' },
    ];
    expect(answer({ messages: [{ role: 'user', content }] })).toEqual(
      text('and 1 image. The last user message was: What is this?'),
    );
  });

  it('cuts a long text', () => {
    const long = 'x'.repeat(5000);
    expect(answer({ messages: [{ role: 'user', content: long }] })).toEqual(text('5000 characters'));
    expect(JSON.stringify(answer({ messages: [{ role: 'user', content: long }] })).length).toBeLessThan(2000);
  });

  it('says so when there is no user', () => {
    expect(answer({ messages: [{ role: 'system', content: null }] })).toEqual(text('no text of a user'));
  });

  it('gives as many choices as requested', () => {
    expect(answer({ n: 3 })).toMatchObject({ choices: [{ index: 0 }, { index: 1 }, { index: 2 }] });
  });

  it('ignores stream', async () => {
    const { body, status } = await clientOf(await start()).send({ ...HELLO, stream: true });
    expect(status).toBe(200);
    expect(body.toString('utf8')).not.toMatch(/^data:/u);
  });

  it('gives JSON when JSON is requested', () => {
    const content = expect.stringMatching(
      /^\{"responder":"embedded, not a model","messages":1,.*"lastUserText":"Hello/u,
    );
    expect(answer({ response_format: { type: 'json_object' } })).toEqual(choice({ content }));
    const json_schema = { name: 'w', schema: WEATHER.function.parameters };
    const schemaContent = '{"city":"","days":0,"unit":"C"}';
    expect(answer({ response_format: { type: 'json_schema', json_schema } })).toEqual(
      choice({ content: schemaContent }),
    );
  });
});

describe('tools', () => {
  const call = (name: string, args: string): object =>
    choice(
      {
        content: null,
        tool_calls: [
          { id: 'call_embedded_responder_1', type: 'function', function: { name, arguments: args } },
        ],
      },
      'tool_calls',
    );

  const allowed = (mode: string): object => ({
    type: 'allowed_tools',
    allowed_tools: { mode, tools: [{ type: 'function', function: { name: 'clock' } }] },
  });

  it.each([
    ['required', call('weather', '{"city":"","days":0,"unit":"C"}')],
    [{ type: 'function', function: { name: 'clock' } }, call('clock', '{}')],
    [allowed('required'), call('clock', '{}')],
    [allowed('auto'), text('embedded responder')],
    ['auto', text('embedded responder')],
    ['none', text('embedded responder')],
    [undefined, text('embedded responder')],
  ])('tool_choice %j', (tool_choice, expected) => {
    expect(answer({ tools: [WEATHER, CLOCK], tool_choice })).toEqual(expected);
  });
});

describe('wrong requests', () => {
  it.each([
    ['n', { n: 0 }],
    ['n', { n: 1.5 }],
    ['n', { n: '2' }],
    ['tool_choice', { tool_choice: 'required' }],
    ['tool_choice', { tool_choice: { type: 'function', function: { name: 'gone' } }, tools: [CLOCK] }],
  ])('a wrong %s is a 400 with a list: %j', async (member, request) => {
    const refused = await clientOf(await start()).send({ ...HELLO, ...request });
    expect(refused.status).toBe(400);
    expect(detailOf(refused)).toEqual([expect.objectContaining({ loc: ['body', member] })]);
  });
});
