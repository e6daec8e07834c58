// npm install nomyo-js @langchain/core @langchain/openai
import { ChatOpenAI } from '@langchain/openai';
import { createSecureFetch } from 'nomyo-js/fetch';

const secureFetch = createSecureFetch({ baseUrl: process.env.NOMYO_BASE_URL });
const chat = new ChatOpenAI({
  model: 'Qwen/Qwen3-0.6B',
  apiKey: 'unused',
  configuration: { baseURL: secureFetch.baseURL, fetch: secureFetch },
});

for await (const { content } of await chat.stream('What is an envelope?')) {
  process.stdout.write(String(content));
}
console.log();

await secureFetch.close();
