// npm install nomyo-js @openai/agents openai zod
import { Agent, OpenAIProvider, Runner, setTracingDisabled, tool } from '@openai/agents';
import OpenAI from 'openai';
import { createSecureFetch } from 'nomyo-js/fetch';
import { z } from 'zod';

// First of all: tracing sends every prompt and every answer in the clear to another host.
setTracingDisabled(true);

const secureFetch = createSecureFetch({ baseUrl: process.env.NOMYO_BASE_URL });
const openAIClient = new OpenAI({ baseURL: secureFetch.baseURL, apiKey: 'unused', fetch: secureFetch });
const runner = new Runner({ modelProvider: new OpenAIProvider({ openAIClient, useResponses: false }) });

const weather = tool({
  name: 'weather',
  description: 'The temperature in a city',
  parameters: z.object({ city: z.string() }),
  execute: async ({ city }) => `${city}: 7 degrees`,
});
const agent = new Agent({
  name: 'Forecaster',
  instructions: 'Answer in one sentence.',
  model: 'Qwen/Qwen3-0.6B',
  tools: [weather],
});
console.log((await runner.run(agent, 'Is it warmer in Oslo or in Bergen?')).finalOutput);

await secureFetch.close();
