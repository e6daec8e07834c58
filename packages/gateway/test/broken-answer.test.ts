// An answer that breaks off after it has begun: the client sees a broken connection, and stderr stays clean.
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { getRequestListener, type Http2Bindings, type HttpBindings } from '@hono/node-server';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tracked } from '../src/calls/tracked.js';

let server: Server;
let breakOff: (error: Error) => void;
const ends: string[] = [];
const printed = jest.spyOn(console, 'error').mockImplementation(() => undefined);

function broken(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('half an '));
      breakOff = (error) => controller.error(error);
    },
  });
}

beforeEach(async () => {
  ends.length = 0;
  printed.mockClear();
  const answer = (_request: Request, env: HttpBindings | Http2Bindings) =>
    new Response(
      tracked(broken(), { onBytes: () => undefined, onEnd: (how) => void ends.push(how) }, () => {
        env.outgoing.destroy();
      }),
      { headers: { 'transfer-encoding': 'chunked' } },
    );
  const listener = getRequestListener(answer, { overrideGlobalObjects: false });
  server = createServer((request, response) => void listener(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  server.close();
  await once(server, 'close');
});

it('breaks the connection, reports once, and prints nothing', async () => {
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/`);
  const reader = response.body?.getReader();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('half an ');
  breakOff(new Error('the source failed'));
  await expect(reader?.read()).rejects.toThrow();
  expect(ends).toEqual(['broken']);
  expect(printed).not.toHaveBeenCalled();
});
