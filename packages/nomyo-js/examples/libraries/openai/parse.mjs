// npm install nomyo-js openai zod
import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { createSecureFetch } from 'nomyo-js/fetch';

const secureFetch = createSecureFetch({ baseUrl: process.env.NOMYO_BASE_URL });
const openai = new OpenAI({ baseURL: secureFetch.baseURL, apiKey: 'unused', fetch: secureFetch });

const Report = z.object({ city: z.string(), celsius: z.number() });
const completion = await openai.chat.completions.parse({
  model: 'Qwen/Qwen3-0.6B',
  messages: [{ role: 'user', content: 'It is 7 degrees in Oslo.' }],
  response_format: zodResponseFormat(Report, 'report'),
});
const report = completion.choices[0]?.message.parsed;
console.log(report?.city, report?.celsius);

await secureFetch.close();
