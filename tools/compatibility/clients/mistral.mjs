import { Mistral } from '@mistralai/mistralai';
import { HTTPClient } from '@mistralai/mistralai/lib/http.js';
import { joined, MODEL, report, reportText, weather } from './weather.mjs';

export function connect({ secureFetch, timeoutMs, prompt }) {
  const mistral = new Mistral({
    serverURL: new URL(secureFetch.baseURL).origin,
    apiKey: 'unused',
    httpClient: new HTTPClient({ fetcher: secureFetch }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const messages = [{ role: 'user', content: prompt }];
  const fetchOptions = (signal) => (signal === undefined ? {} : { fetchOptions: { signal } });
  return {
    async create(signal) {
      const answer = await mistral.chat.complete({ model: MODEL, messages }, fetchOptions(signal));
      return answer.choices[0].message.content;
    },
    async stream(signal) {
      const stream = await mistral.chat.stream({ model: MODEL, messages }, fetchOptions(signal));
      return joined(stream, ({ data }) => data.choices[0]?.delta.content);
    },
    async tools() {
      const { name, description, parameters, run } = weather;
      const tools = [{ type: 'function', function: { name, description, parameters } }];
      const { choices } = await mistral.chat.complete({ model: MODEL, messages, tools });
      const { message } = choices[0];
      const told = message.toolCalls.map((call) => ({
        role: 'tool',
        toolCallId: call.id,
        name,
        content: run(JSON.parse(call.function.arguments)),
      }));
      const answer = await mistral.chat.complete({
        model: MODEL,
        messages: [...messages, message, ...told],
        tools,
      });
      return answer.choices[0].message.content;
    },
    async structured() {
      const answer = await mistral.chat.complete({
        model: MODEL,
        messages,
        responseFormat: {
          type: 'json_schema',
          jsonSchema: {
            name: 'report',
            strict: true,
            schemaDefinition: {
              type: 'object',
              properties: { city: { type: 'string' }, celsius: { type: 'number' } },
              required: ['city', 'celsius'],
            },
          },
        },
      });
      return reportText(report.parse(JSON.parse(answer.choices[0].message.content)));
    },
    elsewhere: () => mistral.embeddings.create({ model: MODEL, inputs: [prompt] }),
  };
}
