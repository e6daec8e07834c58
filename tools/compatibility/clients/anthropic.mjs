import Anthropic from '@anthropic-ai/sdk';
import { joined, MODEL, report, reportText, weather } from './weather.mjs';

export function connect({ secureFetch, timeoutMs, prompt }) {
  const anthropic = new Anthropic({
    baseURL: new URL(secureFetch.baseURL).origin,
    apiKey: 'unused',
    fetch: secureFetch,
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  });
  const messages = [{ role: 'user', content: prompt }];
  const max_tokens = 1000;
  const textOf = ({ content }) => content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  const toolOf = (input_schema) => ({ name: weather.name, description: weather.description, input_schema });
  return {
    create: async (signal) =>
      textOf(await anthropic.messages.create({ model: MODEL, max_tokens, messages }, { signal })),
    async stream(signal) {
      const stream = await anthropic.messages.create(
        { model: MODEL, max_tokens, messages, stream: true },
        { signal },
      );
      return joined(stream, ({ type, delta }) => (type === 'content_block_delta' ? delta.text : ''));
    },
    async tools() {
      const tools = [toolOf(weather.parameters)];
      const asked = await anthropic.messages.create({ model: MODEL, max_tokens, messages, tools });
      const content = asked.content
        .filter(({ type }) => type === 'tool_use')
        .map(({ id, input }) => ({ type: 'tool_result', tool_use_id: id, content: weather.run(input) }));
      const turns = [...messages, { role: 'assistant', content: asked.content }, { role: 'user', content }];
      return textOf(await anthropic.messages.create({ model: MODEL, max_tokens, messages: turns, tools }));
    },
    async structured() {
      // A tool that must be used is how this API has always given structure.
      const schema = {
        type: 'object',
        properties: { city: { type: 'string' }, celsius: { type: 'number' } },
        required: ['city', 'celsius'],
      };
      const { content } = await anthropic.messages.create({
        model: MODEL,
        max_tokens,
        messages,
        tools: [toolOf(schema)],
        tool_choice: { type: 'tool', name: weather.name },
      });
      return reportText(report.parse(content.find(({ type }) => type === 'tool_use').input));
    },
    elsewhere: () => anthropic.messages.countTokens({ model: MODEL, messages }),
  };
}
