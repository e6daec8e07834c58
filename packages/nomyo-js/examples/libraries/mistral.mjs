// npm install nomyo-js @mistralai/mistralai
import { Mistral } from '@mistralai/mistralai';
import { HTTPClient } from '@mistralai/mistralai/lib/http.js';
import { createSecureFetch } from 'nomyo-js/fetch';

const secureFetch = createSecureFetch({ baseUrl: process.env.NOMYO_BASE_URL });
const mistral = new Mistral({
  // This library adds /v1 by itself.
  serverURL: new URL(secureFetch.baseURL).origin,
  apiKey: 'unused',
  httpClient: new HTTPClient({ fetcher: secureFetch }),
});

const answer = await mistral.chat.complete({
  model: 'Qwen/Qwen3-0.6B',
  messages: [{ role: 'user', content: 'What is an envelope?' }],
});
console.log(answer.choices?.[0]?.message?.content);

await secureFetch.close();
