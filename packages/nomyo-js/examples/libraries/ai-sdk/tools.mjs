// npm install nomyo-js ai @ai-sdk/openai-compatible zod
import { generateText, stepCountIs, tool } from 'ai';
import { createNomyo } from 'nomyo-js/ai-sdk';
import { z } from 'zod';

const nomyo = createNomyo({ baseUrl: process.env.NOMYO_BASE_URL });

const { text } = await generateText({
  model: nomyo('Qwen/Qwen3-0.6B'),
  prompt: 'Is it warmer in Oslo or in Bergen?',
  tools: {
    weather: tool({
      description: 'The temperature in a city',
      inputSchema: z.object({ city: z.string() }),
      execute: ({ city }) => `${city}: 7 degrees`,
    }),
  },
  stopWhen: stepCountIs(4),
});
console.log(text);

await nomyo.close();
