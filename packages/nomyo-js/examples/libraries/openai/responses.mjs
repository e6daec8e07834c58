// npm install nomyo-js openai
import OpenAI from 'openai';
import { createSecureFetch } from 'nomyo-js/fetch';

const secureFetch = createSecureFetch({ baseUrl: process.env.NOMYO_BASE_URL });
const openai = new OpenAI({ baseURL: secureFetch.baseURL, apiKey: 'unused', fetch: secureFetch });

// Nothing is stored at the service, so a conversation is sent whole each time.
const response = await openai.responses.create({
  model: 'Qwen/Qwen3-0.6B',
  instructions: 'Answer in one sentence.',
  input: 'What is an envelope?',
});
console.log(response.output_text);

await secureFetch.close();
