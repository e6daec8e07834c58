// npm install nomyo-js @anthropic-ai/sdk
import Anthropic from '@anthropic-ai/sdk';
import { createSecureFetch } from 'nomyo-js/fetch';

const secureFetch = createSecureFetch({ baseUrl: process.env.NOMYO_BASE_URL });
const anthropic = new Anthropic({
  // This library adds /v1 by itself.
  baseURL: new URL(secureFetch.baseURL).origin,
  apiKey: 'unused',
  fetch: secureFetch,
});

const message = await anthropic.messages.create({
  model: 'Qwen/Qwen3-0.6B',
  max_tokens: 1000,
  messages: [{ role: 'user', content: 'What is an envelope?' }],
});
for (const block of message.content) if (block.type === 'text') console.log(block.text);

await secureFetch.close();
