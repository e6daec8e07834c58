import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ChatCompletion } from '../../src/index.js';
import { synthesize } from '../../src/stream/synthesize.js';
import { completion } from '../fetch/support.js';

const chunksOf = (answer: object, includeUsage = false) => [
  ...synthesize(answer as ChatCompletion, { includeUsage }),
];

describe('a completion in chunks', () => {
  it('begins with the role, ends with a finish reason, and has usage only on request', () => {
    const chunks = chunksOf(completion('Hello there'), true);
    expect(chunks.map(({ choices }) => choices[0]?.delta)).toEqual([
      { role: 'assistant', content: '' },
      { content: 'Hello ' },
      { content: 'there' },
      {},
      undefined,
    ]);
    expect(chunks.map(({ choices }) => choices[0]?.finish_reason)).toEqual([
      null,
      null,
      null,
      'stop',
      undefined,
    ]);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 18 } });
    expect(chunksOf(completion('Hello')).some((chunk) => 'usage' in chunk)).toBe(false);
    for (const chunk of chunks) {
      expect(chunk).toMatchObject({
        id: 'chatcmpl-1',
        object: 'chat.completion.chunk',
        created: 1,
        model: 'm',
      });
    }
  });

  it('yields each tool call whole, after the text', () => {
    const call = (id: string) => ({
      id,
      type: 'function',
      function: { name: 'weather', arguments: '{"a":1}' },
    });
    const message = { role: 'assistant', content: null, tool_calls: [call('a'), call('b')] };
    const deltas = chunksOf(completion('', {}, { message, finish_reason: 'tool_calls' })).map(
      ({ choices }) => choices[0]?.delta,
    );
    expect(deltas).toEqual([
      { role: 'assistant', content: null },
      { tool_calls: [{ ...call('a'), index: 0 }] },
      { tool_calls: [{ ...call('b'), index: 1 }] },
      {},
    ]);
  });

  it('yields reasoning before the text, refusals, logprobs once, and unknown members', () => {
    const message = {
      role: 'assistant',
      content: 'so',
      reasoning_content: 'since',
      refusal: 'no',
      audio: { id: 'x' },
    };
    const logprobs = { content: [{ token: 'so', logprob: 0, bytes: null, top_logprobs: [] }] };
    const chunks = chunksOf(completion('', { citations: ['c'] }, { message, logprobs }));
    expect(chunks.map(({ choices }) => choices[0]?.delta)).toEqual([
      { role: 'assistant', content: '', audio: { id: 'x' } },
      { reasoning_content: 'since' },
      { content: 'so' },
      { refusal: 'no' },
      {},
    ]);
    expect(chunks.filter(({ choices }) => choices[0]?.logprobs).length).toBe(1);
    expect(chunks[0]).toMatchObject({ citations: ['c'] });
  });

  it.each([
    ['no finish reason', { finish_reason: null }, 'stop'],
    ['a reason of its own', { finish_reason: 'eos' }, 'eos'],
    ['nothing in it', { message: undefined }, 'stop'],
  ])('of a service that returns %s still ends', (_name, choice, reason) => {
    expect(chunksOf(completion('x', {}, choice)).at(-1)?.choices[0]?.finish_reason).toBe(reason);
  });

  it('adds up to the original completion', () => {
    const choice = fc.record({
      message: fc.record({
        role: fc.constant('assistant'),
        content: fc.string({ unit: 'binary' }),
        reasoning_content: fc.string(),
      }),
      finish_reason: fc.constantFrom('stop', 'length'),
    });
    fc.assert(
      fc.property(fc.array(choice, { minLength: 1, maxLength: 3 }), (choices) => {
        const indexed = choices.map((each, index) => ({ ...each, index }));
        const chunks = chunksOf(completion('', { choices: indexed }));
        for (const { index, message, finish_reason } of indexed) {
          const mine = chunks.flatMap((chunk) => chunk.choices).filter((each) => each.index === index);
          const text = (name: 'content' | 'reasoning_content') =>
            mine.map(({ delta }) => delta[name] ?? '').join('');
          expect(text('content')).toBe(message.content);
          expect(text('reasoning_content')).toBe(message.reasoning_content);
          expect(mine.at(-1)?.finish_reason).toBe(finish_reason);
        }
      }),
    );
  });
});
