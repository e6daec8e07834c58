// npm install nomyo-js hono @hono/node-server
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { SecureChatCompletion } from 'nomyo-js';

const client = new SecureChatCompletion({ baseUrl: process.env.NOMYO_BASE_URL });
const app = new Hono();

app.post('/ask', async (context) => {
  const { question } = await context.req.json();
  const chunks = await client.create(
    { model: 'Qwen/Qwen3-0.6B', messages: [{ role: 'user', content: String(question) }], stream: true },
    { signal: context.req.raw.signal },
  );
  return streamSSE(context, async (stream) => {
    for await (const chunk of chunks) {
      await stream.writeSSE({ data: JSON.stringify(chunk.choices[0]?.delta.content ?? '') });
    }
  });
});
app.onError((error, context) => {
  // The code says what happened, and nothing of what was asked.
  return context.json({ error: 'code' in error ? String(error.code) : 'UNEXPECTED' }, 502);
});

const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000), hostname: '127.0.0.1' });
process.once('SIGTERM', () => server.close(() => void client.close()));

export { server };
