// npm install nomyo-js @instructor-ai/instructor openai zod
import Instructor from '@instructor-ai/instructor';
import OpenAI from 'openai';
import { createSecureFetch } from 'nomyo-js/fetch';
import { z } from 'zod';

const secureFetch = createSecureFetch({ baseUrl: process.env.NOMYO_BASE_URL });
const client = new OpenAI({ baseURL: secureFetch.baseURL, apiKey: 'unused', fetch: secureFetch });
const instructor = Instructor({ client, mode: 'TOOLS' });
// When a call fails, this library prints the whole request to the console, whatever `logger` says.
Object.assign(instructor, { log: () => undefined });

const report = await instructor.chat.completions.create({
  model: 'Qwen/Qwen3-0.6B',
  messages: [{ role: 'user', content: 'It is 7 degrees in Oslo.' }],
  response_model: { schema: z.object({ city: z.string(), celsius: z.number() }), name: 'report' },
});
console.log(report.city, report.celsius);

await secureFetch.close();
