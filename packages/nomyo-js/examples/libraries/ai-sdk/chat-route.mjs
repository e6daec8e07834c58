// npm install nomyo-js ai @ai-sdk/openai-compatible
//
// app/api/chat/route.js of a Next.js application, or any other place that answers a Request: what `useChat` talks to. Between
// the browser and this handler the conversation is protected by your own TLS; from here on it is sealed.
import { convertToModelMessages, streamText } from 'ai';
import { createNomyo } from 'nomyo-js/ai-sdk';

const nomyo = createNomyo({ baseUrl: process.env.NOMYO_BASE_URL });

export async function POST(request) {
  const { messages } = await request.json();
  const result = streamText({
    model: nomyo('Qwen/Qwen3-0.6B'),
    messages: await convertToModelMessages(messages),
    abortSignal: request.signal,
  });
  return result.toUIMessageStreamResponse();
}
