import OpenAI from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import { joined, MODEL, report, reportText, weather } from './weather.mjs';

/** The Responses API. */
export function connect({ secureFetch, timeoutMs, prompt }) {
  const openai = new OpenAI({
    baseURL: secureFetch.baseURL,
    apiKey: 'unused',
    fetch: secureFetch,
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  });
  const { responses } = openai;
  return {
    async create(signal) {
      return (await responses.create({ model: MODEL, input: prompt }, { signal })).output_text;
    },
    async stream(signal) {
      const stream = await responses.create({ model: MODEL, input: prompt, stream: true }, { signal });
      return joined(stream, ({ type, delta }) => (type === 'response.output_text.delta' ? delta : ''));
    },
    async tools() {
      const { run, declaration } = weather;
      const tools = [{ type: 'function', strict: true, ...declaration }];
      const input = [{ role: 'user', content: prompt }];
      const asked = await responses.create({ model: MODEL, input, tools });
      const outputs = asked.output
        .filter(({ type }) => type === 'function_call')
        .map(({ call_id, arguments: given }) => ({
          type: 'function_call_output',
          call_id,
          output: run(JSON.parse(given)),
        }));
      const told = await responses.create({
        model: MODEL,
        input: [...input, ...asked.output, ...outputs],
        tools,
      });
      return told.output_text;
    },
    async structured() {
      const text = { format: zodTextFormat(report, 'report') };
      return reportText((await responses.parse({ model: MODEL, input: prompt, text })).output_parsed);
    },
    elsewhere: () => openai.moderations.create({ input: prompt }),
  };
}
