// npm install nomyo-js @langchain/core @langchain/openai
import { ChatOpenAI } from '@langchain/openai';
import { createSecureFetch } from 'nomyo-js/fetch';

const secureFetch = createSecureFetch({ baseUrl: process.env.NOMYO_BASE_URL });
const chat = new ChatOpenAI({
  model: 'Qwen/Qwen3-0.6B',
  apiKey: 'unused',
  configuration: { baseURL: secureFetch.baseURL, fetch: secureFetch },
  modelKwargs: { security_tier: 'high' },
});

const answer = await chat.invoke('What is an envelope?');
console.log(answer.content);

await secureFetch.close();
