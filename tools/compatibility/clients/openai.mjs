import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { joined, MODEL, report, reportText, weather } from './weather.mjs';

/** Chat completions. */
export function connect({ secureFetch, timeoutMs, prompt }) {
  const openai = new OpenAI({
    baseURL: secureFetch.baseURL,
    apiKey: 'unused',
    fetch: secureFetch,
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  });
  const messages = [{ role: 'user', content: prompt }];
  const { completions } = openai.chat;
  return {
    async create(signal) {
      const answer = await completions.create({ model: MODEL, messages }, { signal });
      return answer.choices[0].message.content;
    },
    async stream(signal) {
      const stream = await completions.create({ model: MODEL, messages, stream: true }, { signal });
      return joined(stream, (chunk) => chunk.choices[0]?.delta.content);
    },
    async tools() {
      const { run, declaration } = weather;
      const tool = { type: 'function', function: { ...declaration, parse: JSON.parse, function: run } };
      return await completions.runTools({ model: MODEL, messages, tools: [tool] }).finalContent();
    },
    async structured() {
      const response_format = zodResponseFormat(report, 'report');
      const answer = await completions.parse({ model: MODEL, messages, response_format });
      return reportText(answer.choices[0].message.parsed);
    },
    elsewhere: () => openai.embeddings.create({ model: MODEL, input: prompt }),
  };
}
