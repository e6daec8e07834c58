// npm install nomyo-js @langchain/core @langchain/openai zod
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { createSecureFetch } from 'nomyo-js/fetch';
import { z } from 'zod';

const secureFetch = createSecureFetch({ baseUrl: process.env.NOMYO_BASE_URL });
const weather = tool(async ({ city }) => `${city}: 7 degrees`, {
  name: 'weather',
  description: 'The temperature in a city',
  schema: z.object({ city: z.string() }),
});
const chat = new ChatOpenAI({
  model: 'Qwen/Qwen3-0.6B',
  apiKey: 'unused',
  configuration: { baseURL: secureFetch.baseURL, fetch: secureFetch },
}).bindTools([weather]);

const question = new HumanMessage('Is it warmer in Oslo or in Bergen?');
const asked = await chat.invoke([question]);
const results = await Promise.all(
  (asked.tool_calls ?? []).map(
    async ({ id = '', args }) =>
      new ToolMessage({ tool_call_id: id, content: await weather.invoke({ city: String(args['city']) }) }),
  ),
);
console.log((await chat.invoke([question, asked, ...results])).content);

await secureFetch.close();
