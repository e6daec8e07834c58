// A stand-in for a server that runs models: it answers `POST /v1/chat/completions` and `GET /v1/models` in the shape of
// OpenAI's API, whole or as a stream, and is no model. `node stand-in.mjs [PORT]`
import { createServer } from 'node:http';

const port = Number(process.argv[2] ?? 8000);
const WORDS = ['This ', 'is ', 'a ', 'stand-in, ', 'not ', 'a ', 'model.'];

const head = (object) => ({
  id: 'chatcmpl-stand-in',
  object,
  created: Math.floor(Date.now() / 1000),
  model: 'stand-in',
});

function whole() {
  const message = { role: 'assistant', content: WORDS.join('') };
  const usage = { prompt_tokens: 1, completion_tokens: WORDS.length, total_tokens: WORDS.length + 1 };
  return { ...head('chat.completion'), choices: [{ index: 0, message, finish_reason: 'stop' }], usage };
}

function chunk(delta, finish_reason = null) {
  return `data: ${JSON.stringify({ ...head('chat.completion.chunk'), choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
}

async function stream(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(chunk({ role: 'assistant', content: '' }));
  for (const content of WORDS) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    response.write(chunk({ content }));
  }
  response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
}

function sendJson(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

const server = createServer(async (request, response) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  if (request.method === 'GET' && request.url === '/v1/models') {
    sendJson(response, 200, {
      object: 'list',
      data: [{ id: 'stand-in', object: 'model', owned_by: 'nobody' }],
    });
  } else if (request.method === 'POST' && request.url === '/v1/chat/completions') {
    const asked = JSON.parse(Buffer.concat(pieces).toString());
    if (asked.stream === true) await stream(response);
    else sendJson(response, 200, whole());
  } else {
    sendJson(response, 404, { error: { message: 'not found', type: 'not_found_error' } });
  }
});
server.listen(port, '127.0.0.1', () =>
  console.log(`stand-in listens on http://127.0.0.1:${server.address().port}`),
);
