// npm install nomyo-js ai @ai-sdk/openai-compatible
import { streamText } from 'ai';
import { createNomyo } from 'nomyo-js/ai-sdk';

const nomyo = createNomyo({ baseUrl: process.env.NOMYO_BASE_URL });

const { textStream } = streamText({
  model: nomyo('Qwen/Qwen3-0.6B'),
  prompt: 'What is an envelope?',
  onError: ({ error }) => console.error(error),
});
for await (const piece of textStream) process.stdout.write(piece);
console.log();

await nomyo.close();
