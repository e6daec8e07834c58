// npm install nomyo-js openai
import OpenAI from 'openai';
import { createSecureFetch } from 'nomyo-js/fetch';

const secureFetch = createSecureFetch({ baseUrl: process.env.NOMYO_BASE_URL });
const openai = new OpenAI({ baseURL: secureFetch.baseURL, apiKey: 'unused', fetch: secureFetch });

// The function runs here; its arguments and its result travel sealed.
const runner = openai.chat.completions.runTools({
  model: 'Qwen/Qwen3-0.6B',
  messages: [{ role: 'user', content: 'Is it warmer in Oslo or in Bergen?' }],
  tools: [
    {
      type: 'function',
      function: {
        name: 'weather',
        description: 'The temperature in a city',
        parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
        parse: JSON.parse,
        function: ({ city }) => `${city}: 7 degrees`,
      },
    },
  ],
});
console.log(await runner.finalContent());

await secureFetch.close();
