/** The library behind a bare HTTP server. Its argument is the client's configuration as JSON. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { parseConfig, type BenchClient } from '../clients/client.js';
import { openOurs } from '../clients/ours.js';
import { parseRequest } from '../payloads.js';
import { listening } from './listening.js';

function relay(client: BenchClient, request: IncomingMessage, response: ServerResponse): void {
  let text = '';
  request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  request.once('end', () => {
    client.call(parseRequest(text)).then(
      (answer) => send(response, 200, JSON.stringify(answer)),
      () => send(response, 500, ''),
    );
  });
}

function send(response: ServerResponse, status: number, body: string): void {
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, headers).end(body);
}

async function main(): Promise<void> {
  const client = await openOurs(parseConfig(process.argv[2]));
  const server = createServer((request, response) => relay(client, request, response));
  const port = await listening(server);
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${String(port)}`, token: 'none' })}\n`);
}

void main();
