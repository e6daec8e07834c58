// npm install nomyo-js openai
import OpenAI from 'openai';
import { createSecureFetch } from 'nomyo-js/fetch';

const secureFetch = createSecureFetch({ baseUrl: process.env.NOMYO_BASE_URL });
const openai = new OpenAI({ baseURL: secureFetch.baseURL, apiKey: 'unused', fetch: secureFetch });

const completion = await openai.chat.completions.create({
  model: 'Qwen/Qwen3-0.6B',
  messages: [{ role: 'user', content: 'What is an envelope?' }],
});
console.log(completion.choices[0]?.message.content);

await secureFetch.close();
