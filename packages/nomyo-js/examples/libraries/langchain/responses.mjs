// npm install nomyo-js @langchain/core @langchain/openai
import { ChatOpenAI } from '@langchain/openai';
import { createSecureFetch } from 'nomyo-js/fetch';

const secureFetch = createSecureFetch({ baseUrl: process.env.NOMYO_BASE_URL });
// Some names of models make LangChain take the Responses API. It is sealed just the same.
const chat = new ChatOpenAI({
  model: 'gpt-5.2-pro',
  apiKey: 'unused',
  configuration: { baseURL: secureFetch.baseURL, fetch: secureFetch },
});

const answer = await chat.invoke('What is an envelope?');
console.log(answer.text);

await secureFetch.close();
