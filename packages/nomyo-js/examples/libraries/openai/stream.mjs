// npm install nomyo-js openai
import OpenAI from 'openai';
import { createSecureFetch } from 'nomyo-js/fetch';

const secureFetch = createSecureFetch({ baseUrl: process.env.NOMYO_BASE_URL });
const openai = new OpenAI({ baseURL: secureFetch.baseURL, apiKey: 'unused', fetch: secureFetch });

const stream = openai.chat.completions.stream({
  model: 'Qwen/Qwen3-0.6B',
  messages: [{ role: 'user', content: 'What is an envelope?' }],
});
stream.on('content', (delta) => process.stdout.write(delta));
const { choices } = await stream.finalChatCompletion();
console.log(`\n(${choices[0]?.finish_reason})`);

await secureFetch.close();
