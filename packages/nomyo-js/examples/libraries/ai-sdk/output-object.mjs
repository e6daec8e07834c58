// npm install nomyo-js ai @ai-sdk/openai-compatible zod
import { generateText, Output } from 'ai';
import { createNomyo } from 'nomyo-js/ai-sdk';
import { z } from 'zod';

const nomyo = createNomyo({ baseUrl: process.env.NOMYO_BASE_URL });

const output = Output.object({ schema: z.object({ city: z.string(), celsius: z.number() }) });
const result = await generateText({
  model: nomyo('Qwen/Qwen3-0.6B'),
  prompt: 'It is 7 degrees in Oslo.',
  output,
  // The name of the same thing in AI SDK 5.
  experimental_output: output,
});
const { city, celsius } = result.output ?? result.experimental_output;
console.log(city, celsius);

await nomyo.close();
