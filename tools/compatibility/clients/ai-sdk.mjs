import { generateText, Output, stepCountIs, streamText, tool } from 'ai';
import * as ai from 'ai';
import { createNomyo } from 'nomyo-js/ai-sdk';
import { joined, MODEL, report, reportText, weather } from './weather.mjs';

/** The provider of this repository. */
export const connect = ({ config, ...context }) =>
  withModel(context, () => {
    const nomyo = createNomyo(config);
    return { model: nomyo(MODEL), elsewhere: async () => nomyo.embeddingModel(MODEL) };
  });

/** Calls of the AI SDK to a model, whichever provider it comes from. */
export function withModel({ timeoutMs, prompt }, makeModel) {
  const { model, elsewhere } = makeModel();
  const limit = (signal) => (timeoutMs === undefined ? signal : AbortSignal.timeout(timeoutMs));
  return {
    create: async (signal) => (await generateText({ model, prompt, abortSignal: limit(signal) })).text,
    async stream(signal) {
      let failure;
      const onError = ({ error }) => (failure = { error });
      const { textStream } = streamText({ model, prompt, abortSignal: limit(signal), onError });
      const text = await joined(textStream, (piece) => piece);
      if (failure !== undefined) throw failure.error;
      return text;
    },
    async tools() {
      const tools = {
        weather: tool({
          description: weather.description,
          inputSchema: weather.schema,
          execute: weather.run,
        }),
      };
      const stopWhen = (ai.isStepCount ?? stepCountIs)(4);
      return (await generateText({ model, prompt, tools, stopWhen })).text;
    },
    async structured() {
      const wanted = Output.object({ schema: report });
      const answer = await generateText({ model, prompt, output: wanted, experimental_output: wanted });
      return reportText(answer.output ?? answer.experimental_output);
    },
    elsewhere,
  };
}
