import { OpenAI, OpenAIEmbedding } from '@llamaindex/openai';
import { joined, MODEL, report, reportText, weather } from './weather.mjs';

/** Its `chat()` takes no signal. */
export function connect({ secureFetch, timeoutMs, prompt }) {
  const common = {
    apiKey: 'unused',
    baseURL: secureFetch.baseURL,
    additionalSessionOptions: { fetch: secureFetch, baseURL: secureFetch.baseURL },
  };
  const llm = (more = {}) =>
    new OpenAI({
      model: MODEL,
      maxRetries: 2,
      ...common,
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
      ...more,
    });
  const messages = [{ role: 'user', content: prompt }];
  return {
    create: async () => (await llm().chat({ messages })).message.content,
    stream: async () => joined(await llm().chat({ messages, stream: true }), ({ delta }) => delta),
    async tools() {
      const { name, description, parameters, run } = weather;
      const tool = { metadata: { name, description, parameters }, call: run };
      const { message } = await llm().chat({ messages, tools: [tool] });
      const calls = message.options.toolCall;
      const told = calls.map(({ id, input }) => ({
        role: 'user',
        content: '',
        options: {
          toolResult: {
            id,
            isError: false,
            result: run(typeof input === 'string' ? JSON.parse(input) : input),
          },
        },
      }));
      const answer = await llm().chat({ messages: [...messages, message, ...told], tools: [tool] });
      return answer.message.content;
    },
    async structured() {
      const { message } = await llm().chat({ messages, responseFormat: report });
      return reportText(report.parse(JSON.parse(message.content)));
    },
    elsewhere: () =>
      new OpenAIEmbedding({ model: 'text-embedding-3-small', ...common }).getTextEmbedding(prompt),
  };
}
