// Sends one request per URL, prints what came of each, and ends by itself: nothing is closed.
import { createHttpClient } from '@nomyo/transport';

const { options, urls } = JSON.parse(process.argv[2]);
const client = createHttpClient(options);
for (const url of urls) {
  const request = { method: 'POST', url: new URL(url), headers: {}, timeout: 30_000, maxBytes: 1000 };
  try {
    const { status } = await client.send({ ...request, body: new Uint8Array(100).fill(1) });
    console.log(String(status));
  } catch (error) {
    console.log(`${error.code}: ${error.message}`);
  }
}
