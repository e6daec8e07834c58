// npm install nomyo-js ai @ai-sdk/openai-compatible
import { generateText } from 'ai';
import { createNomyo } from 'nomyo-js/ai-sdk';

const nomyo = createNomyo({ baseUrl: process.env.NOMYO_BASE_URL });

const { text } = await generateText({
  model: nomyo('Qwen/Qwen3-0.6B'),
  prompt: 'What is an envelope?',
  providerOptions: { nomyo: { security_tier: 'high' } },
});
console.log(text);

await nomyo.close();
