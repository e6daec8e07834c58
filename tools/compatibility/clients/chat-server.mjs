// node chat-server.mjs ROUTE SCRIPT: an application's own server over node:http, with a page and a route handler. Prints its
// port. It ends when its input does.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

const [route, script] = process.argv.slice(2);
const { POST } = await import(route);

/** Nothing but the script of this origin, and requests to it. */
const CONTENT_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'";

const FILES = {
  '/': [
    'text/html',
    '<!doctype html><title>Chat</title><div id="chat"></div><script src="/page.js"></script>',
  ],
  '/page.js': ['text/javascript', readFileSync(script)],
};

const server = createServer((request, response) => {
  if (request.method === 'POST') {
    answer(request, response).catch(() => response.destroy());
    return;
  }
  const [type, text] = FILES[request.url] ?? ['text/plain', ''];
  response.setHeader('content-type', type);
  response.setHeader('content-security-policy', CONTENT_POLICY);
  response.end(text);
});

/** A Request in, a Response out, and an abort when the browser goes away. */
async function answer(incoming, outgoing) {
  const controller = new AbortController();
  outgoing.once('close', () => controller.abort());
  const { url, method, headers } = incoming;
  const given = { method, headers, body: await buffer(incoming), signal: controller.signal };
  const response = await POST(new Request(new URL(url, 'http://localhost'), given));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  await pipeline(response.body, outgoing);
}

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume().once('end', () => process.exit(0));
