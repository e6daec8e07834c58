import { Agent, OpenAIProvider, Runner, setTracingDisabled, tool } from '@openai/agents';
import OpenAI from 'openai';
import { MODEL, report, reportText, weather } from './weather.mjs';

/** Chat completions. */
export const connect = (context) => withApi({ useResponses: false }, context);

export function withApi({ useResponses }, { secureFetch, timeoutMs, prompt }) {
  // Otherwise every prompt and every answer goes to another host, in the clear.
  setTracingDisabled(true);
  const openAIClient = new OpenAI({
    baseURL: secureFetch.baseURL,
    apiKey: 'unused',
    fetch: secureFetch,
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  });
  const runner = new Runner({
    modelProvider: new OpenAIProvider({ openAIClient, useResponses }),
    model: MODEL,
    tracingDisabled: true,
  });
  const agent = (more = {}) => new Agent({ name: 'Helper', instructions: 'Help.', model: MODEL, ...more });
  return {
    create: async (signal) => (await runner.run(agent(), prompt, { signal })).finalOutput,
    async stream(signal) {
      const result = await runner.run(agent(), prompt, { signal, stream: true });
      let text = '';
      for await (const piece of result.toTextStream()) text += piece;
      await result.completed;
      return text;
    },
    async tools() {
      const { name, description, schema: parameters, run } = weather;
      const tools = [tool({ name, description, parameters, execute: run })];
      return (await runner.run(agent({ tools }), prompt)).finalOutput;
    },
    structured: async () => reportText((await runner.run(agent({ outputType: report }), prompt)).finalOutput),
    elsewhere: () => openAIClient.files.list(),
  };
}
