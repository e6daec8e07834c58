import { createOpenAI } from '@ai-sdk/openai';
import { embed } from 'ai';
import { withoutPrompts } from 'nomyo-js/ai-sdk';
import { withModel } from './ai-sdk.mjs';
import { MODEL } from './weather.mjs';

/** The AI SDK's own provider for OpenAI, which speaks the Responses API. */
export const connect = ({ secureFetch, ...context }) =>
  withModel(context, () => {
    const openai = createOpenAI({ baseURL: secureFetch.baseURL, apiKey: 'unused', fetch: secureFetch });
    // Its errors hold the whole request otherwise.
    const model = withoutPrompts((openai.textEmbeddingModel ?? openai.embeddingModel)(MODEL));
    return { model: withoutPrompts(openai(MODEL)), elsewhere: () => embed({ model, value: context.prompt }) };
  });
