// npm install nomyo-js @llamaindex/openai @llamaindex/core @llamaindex/env
import { OpenAI } from '@llamaindex/openai';
import { createSecureFetch } from 'nomyo-js/fetch';

const secureFetch = createSecureFetch({ baseUrl: process.env.NOMYO_BASE_URL });
const llm = new OpenAI({
  model: 'Qwen/Qwen3-0.6B',
  apiKey: 'unused',
  baseURL: secureFetch.baseURL,
  additionalSessionOptions: { fetch: secureFetch },
  additionalChatOptions: { security_tier: 'high' },
});

const { message } = await llm.chat({ messages: [{ role: 'user', content: 'What is an envelope?' }] });
console.log(message.content);

await secureFetch.close();
