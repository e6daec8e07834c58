import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { embed } from 'ai';
import { withoutPrompts } from 'nomyo-js/ai-sdk';
import { withModel } from './ai-sdk.mjs';
import { MODEL } from './weather.mjs';

/** The AI SDK's provider for whatever speaks chat completions, with nothing of ours but the `fetch`. */
export const connect = ({ secureFetch, ...context }) =>
  withModel(context, () => {
    const compatible = createOpenAICompatible({
      name: 'compatible',
      baseURL: secureFetch.baseURL,
      fetch: secureFetch,
      supportsStructuredOutputs: true,
    });
    // Its errors hold the whole request otherwise.
    const model = withoutPrompts(compatible.textEmbeddingModel(MODEL));
    return {
      model: withoutPrompts(compatible(MODEL)),
      elsewhere: () => embed({ model, value: context.prompt }),
    };
  });
