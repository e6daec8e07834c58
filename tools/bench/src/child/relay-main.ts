/** The library behind a bare HTTP server. Its argument is the client's configuration as JSON. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { parseConfig, type BenchClient } from '../clients/client.js';
import { listening, readBody } from '../http.js';
import { openOurs } from '../clients/ours.js';
import { parseRequest } from '../payloads.js';

async function relay(client: BenchClient, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = (await readBody(request)).toString('utf8');
    send(response, 200, JSON.stringify(await client.call(parseRequest(body))));
  } catch {
    send(response, 500, '');
  }
}

function send(response: ServerResponse, status: number, body: string): void {
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, headers).end(body);
}

const client = await openOurs(parseConfig(process.argv[2]));
const port = await listening(createServer((request, response) => void relay(client, request, response)));
console.log(JSON.stringify({ url: `http://127.0.0.1:${String(port)}`, token: 'none' }));
