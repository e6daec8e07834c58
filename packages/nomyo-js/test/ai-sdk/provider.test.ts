import { afterEach, describe, expect, it } from '@jest/globals';
import { APICallError, embed, generateText, jsonSchema, Output, stepCountIs, streamText, tool } from 'ai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { createNomyo, withoutPrompts } from '../../src/ai-sdk/index.js';
import { createSecureFetch } from '../../src/fetch/index.js';
import { completion, model, type Json, type SecureFetchConfig } from '../fetch/support.js';
import { look, MARKERS } from '../leaks.js';
import { cleanUp, configFor, later, posts, rejection, router } from '../support.js';

afterEach(cleanUp);

async function setUp(answer: (request: Json) => object, fail?: 'flip-tag' | '401' | '404') {
  const { asked, url } = await model(answer);
  const to = await router({ upstream: url, ...(fail === undefined ? {} : { fail }) });
  const nomyo = createNomyo(configFor(to));
  later(() => nomyo.dispose());
  return { to, asked, nomyo };
}

const PROMPT = `Hello ${MARKERS.prompt}`;

describe("the AI SDK's", () => {
  it('generateText returns text and usage, with the tier that the call asks for', async () => {
    const { to, nomyo } = await setUp(() => completion('Hello there'));
    const { text, usage } = await generateText({
      model: nomyo('m'),
      prompt: PROMPT,
      providerOptions: { nomyo: { security_tier: 'high' } },
    });
    expect(text).toBe('Hello there');
    expect(usage.totalTokens).toBe(18);
    expect(posts(to)[0]?.headers['x-security-tier']).toBe('high');
  });

  it('streamText yields pieces and usage', async () => {
    const { nomyo } = await setUp(() => completion('Hello there'));
    const result = streamText({ model: nomyo.languageModel('m'), prompt: PROMPT });
    const pieces: string[] = [];
    for await (const piece of result.textStream) pieces.push(piece);
    expect(pieces).toEqual(['Hello ', 'there']);
    expect((await result.usage).totalTokens).toBe(18);
  });

  it('Output.object asks for a schema and gives an object', async () => {
    const { asked, nomyo } = await setUp(() => completion('{"city":"Oslo"}'));
    const schema = jsonSchema<{ city: string }>({ type: 'object', properties: { city: { type: 'string' } } });
    const { output } = await generateText({
      model: nomyo('m'),
      prompt: PROMPT,
      output: Output.object({ schema }),
    });
    expect(output).toEqual({ city: 'Oslo' });
    expect(asked[0]).toMatchObject({ response_format: { type: 'json_schema' } });
  });

  it('tools are called, and their results go back', async () => {
    const call = { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{}' } };
    const first = completion(
      '',
      {},
      { message: { content: null, tool_calls: [call] }, finish_reason: 'tool_calls' },
    );
    const { asked, nomyo } = await setUp(({ messages }) =>
      (messages as unknown[]).length === 1 ? first : completion('rain'),
    );
    const { text } = await generateText({
      model: nomyo('m'),
      prompt: PROMPT,
      stopWhen: stepCountIs(3),
      tools: {
        weather: tool({ inputSchema: jsonSchema({ type: 'object' }), execute: () => 'rain in Oslo' }),
      },
    });
    expect(text).toBe('rain');
    expect(asked[1]?.['messages']).toContainEqual(
      expect.objectContaining({ role: 'tool', tool_call_id: 'c1', content: 'rain in Oslo' }),
    );
  });
});

describe('an error of the AI SDK', () => {
  it.each([
    ['flip-tag', 403, 'DECRYPTION_FAILED'],
    ['401', 401, 'AUTHENTICATION_FAILED'],
    ['404', 404, 'API_ERROR'],
  ] as const)(
    'after %s is an APICallError of %i, sent once, without the prompt',
    async (fail, statusCode, code) => {
      const { to, nomyo } = await setUp(() => completion('x'), fail);
      const error = await rejection(generateText({ model: nomyo('m'), prompt: PROMPT }));
      expect(APICallError.isInstance(error)).toBe(true);
      expect(error).toMatchObject({ statusCode, data: { error: { code } } });
      expect(posts(to)).toHaveLength(1);
      look('an error of generateText', error);
    },
  );

  it('in streamText does not contain the prompt either', async () => {
    const { nomyo } = await setUp(() => completion('x'), 'flip-tag');
    const errors: unknown[] = [];
    const result = streamText({
      model: nomyo('m'),
      prompt: PROMPT,
      onError: ({ error }) => void errors.push(error),
    });
    await result.consumeStream();
    expect(errors).toMatchObject([{ statusCode: 403 }]);
    look('an error of streamText', errors[0]);
  });
});

it('input that cannot be sealed is refused at once, and close() ends the provider', async () => {
  const { nomyo } = await setUp(() => completion('x'));
  for (const kind of ['completionModel', 'embeddingModel', 'imageModel'] as const) {
    expect(() => nomyo[kind]('m')).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', argument: kind }),
    );
  }
  await nomyo.close();
  const error = await rejection(generateText({ model: nomyo('m'), prompt: PROMPT }));
  expect(error).toMatchObject({ statusCode: 400, data: { error: { code: 'DISPOSED' } } });
  expect(() => createNomyo({ unknown: 1 } as SecureFetchConfig)).toThrow(
    expect.objectContaining({ argument: 'unknown' }),
  );
});

describe('withoutPrompts()', () => {
  it('takes the prompt out of the errors of other providers, of every kind of model', async () => {
    const secureFetch = createSecureFetch(configFor(await router({ fail: '404' })));
    later(() => secureFetch.dispose());
    const provider = createOpenAICompatible({
      name: 'other',
      baseURL: secureFetch.baseURL,
      fetch: secureFetch,
    });
    const model = provider.chatModel('m');
    const prompted = { prompt: PROMPT, maxRetries: 0 };
    // The control: without it, the prompt is there.
    const bare = await rejection(generateText({ model, ...prompted }));
    expect(JSON.stringify(bare)).toContain(MARKERS.prompt);
    const embeddings = withoutPrompts(provider.embeddingModel('m'));
    for (const fail of [
      () => generateText({ model: withoutPrompts(model), ...prompted }),
      () => embed({ model: embeddings, value: PROMPT, maxRetries: 0 }),
    ]) {
      const error = await rejection(fail());
      expect(APICallError.isInstance(error)).toBe(true);
      look('an error of another provider', error);
    }
  });
});
