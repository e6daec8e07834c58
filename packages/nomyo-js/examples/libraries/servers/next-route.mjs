// npm install nomyo-js next
//
// app/api/ask/route.js of a Next.js application. The client is made once, not for each request: its keys are.
import { SecureChatCompletion } from 'nomyo-js';

const client = new SecureChatCompletion({ baseUrl: process.env.NOMYO_BASE_URL });

/** The keys are in this process's memory: not for the Edge runtime. */
export const runtime = 'nodejs';

export async function POST(request) {
  const { question } = await request.json();
  try {
    const completion = await client.create(
      { model: 'Qwen/Qwen3-0.6B', messages: [{ role: 'user', content: String(question) }] },
      { signal: request.signal },
    );
    return Response.json({ answer: completion.choices[0]?.message.content });
  } catch (error) {
    return Response.json({ error: error.code ?? 'UNEXPECTED' }, { status: 502 });
  }
}
