// npm install nomyo-js express
import express from 'express';
import { SecureChatCompletion } from 'nomyo-js';

const client = new SecureChatCompletion({ baseUrl: process.env.NOMYO_BASE_URL });
const app = express();

app.post('/ask', express.json(), async (request, response) => {
  const controller = new AbortController();
  response.on('close', () => controller.abort());
  try {
    const completion = await client.create(
      { model: 'Qwen/Qwen3-0.6B', messages: [{ role: 'user', content: String(request.body.question) }] },
      { signal: controller.signal },
    );
    response.json({ answer: completion.choices[0]?.message.content });
  } catch (error) {
    // The code says what happened, and nothing of what was asked.
    response.status(502).json({ error: error.code ?? 'UNEXPECTED' });
  }
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
process.once('SIGTERM', () => server.close(() => void client.close()));

export { server };
