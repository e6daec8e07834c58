// npm install nomyo-js @langchain/core @langchain/openai zod
import { ChatOpenAI } from '@langchain/openai';
import { createSecureFetch } from 'nomyo-js/fetch';
import { z } from 'zod';

const secureFetch = createSecureFetch({ baseUrl: process.env.NOMYO_BASE_URL });
const chat = new ChatOpenAI({
  model: 'Qwen/Qwen3-0.6B',
  apiKey: 'unused',
  configuration: { baseURL: secureFetch.baseURL, fetch: secureFetch },
});

const Report = z.object({ city: z.string(), celsius: z.number() });
const report = await chat.withStructuredOutput(Report, { name: 'report' }).invoke('It is 7 degrees in Oslo.');
console.log(report.city, report.celsius);

await secureFetch.close();
