// node examples.mjs FILE...: runs the examples of one library one after the other, and talks to those that wait for requests.
import { once } from 'node:events';

/** Questions for the files that are not programs by themselves. */
const ASK = {
  'servers/express.mjs': ({ server }) => askServer(server),
  'servers/hono.mjs': ({ server }) => askServer(server),
  'servers/next-route.mjs': async ({ POST }) => {
    const response = await POST(new Request('http://localhost/api/ask', question()));
    console.log(await response.text());
  },
  'ai-sdk/chat-page.mjs': ({ ChatPage }) => showPage(ChatPage),
};

const ROUTE = 'ai-sdk/chat-route.mjs';

for (const file of process.argv.slice(2)) {
  console.log(`=== ${file}`);
  const example = await import(`./libraries/${file}`);
  await ASK[file]?.(example);
}
process.exit(0);

function question() {
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', headers, body: JSON.stringify({ question: 'What is an envelope?' }) };
}

async function askServer(server) {
  if (!server.listening) await once(server, 'listening');
  const response = await fetch(`http://127.0.0.1:${String(server.address().port)}/ask`, question());
  console.log(await response.text());
  server.close();
}

/** The page over the route, as a browser would have it: rendered, asked, and rendered again with the answer. */
async function showPage(ChatPage) {
  const [{ Chat }, { DefaultChatTransport }, { createElement }, { renderToStaticMarkup }, { POST }] =
    await Promise.all([
      import('@ai-sdk/react'),
      import('ai'),
      import('react'),
      import('react-dom/server'),
      import(`./libraries/${ROUTE}`),
    ]);
  const toRoute = (url, init) => POST(new Request(new URL(url, 'http://localhost'), init));
  const transport = new DefaultChatTransport({ api: '/api/chat', fetch: toRoute });
  const chat = new Chat({ transport, onError: (error) => console.log(String(error)) });
  const show = () => console.log(renderToStaticMarkup(createElement(ChatPage, { chat })));
  show();
  await chat.sendMessage({ text: 'What is an envelope?' });
  show();
}
