/** A root, a router that speaks version 2 of the protocol behind plain HTTP, and a model that a test holds in its hand. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  createRoot,
  delegate,
  MemoryReplayMap,
  oneUpstream,
  OPEN_TO_ALL,
  openSigner,
  startServer,
  type RouterServer,
} from '@nomyo/router';

/** One question to the model, and the treatment of its answer. */
export interface Asked {
  readonly body: { readonly stream?: boolean; readonly messages: readonly { readonly content: unknown }[] };
  readonly response: ServerResponse;
}

/** Where version 2 is spoken. */
export interface Stage {
  readonly url: string;
  /** Pin of the root. */
  readonly root: string;
  /** The requests to the model, in order. */
  readonly asked: readonly Asked[];
  /** From now on the test answers the questions itself; or no longer. */
  hold(isHeld: boolean): void;
  close(): Promise<void>;
}

const REALM = '127.0.0.1';

/** @param dir for the files of the root and the signer */
export async function startStage(
  dir: string,
  print: (line: string) => void = () => undefined,
): Promise<Stage> {
  const [file, output] = [join(dir, 'root.pem'), join(dir, 'signer.pem')];
  const root = await createRoot(file);
  await delegate({ root: file, output, realm: REALM, days: 1, epoch: 1 });
  const asked: Asked[] = [];
  let isHeld = false;
  const model = await startModel((one) => {
    asked.push(one);
    if (!isHeld) answerAtOnce(one);
  });
  const server = await startRouter(output, portOf(model), print);
  return {
    url: server.url,
    root,
    asked,
    hold: (held) => {
      isHeld = held;
    },
    close: async () => {
      await server.close();
      model.closeAllConnections();
      model.close();
    },
  };
}

async function startRouter(
  signer: string,
  port: number,
  print: (line: string) => void,
): Promise<RouterServer> {
  return startServer({
    signer: await openSigner(signer),
    suites: [1],
    host: '127.0.0.1',
    port: 0,
    metricsHost: '127.0.0.1',
    metricsPort: undefined,
    tls: undefined,
    access: OPEN_TO_ALL,
    tiers: oneUpstream(`http://127.0.0.1:${String(port)}`),
    upstreamApiKey: undefined,
    replays: new MemoryReplayMap(),
    print,
  });
}

async function startModel(ask: (asked: Asked) => void): Promise<Server> {
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      if (request.url === '/v1/models') {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ object: 'list', data: [{ id: 'small', object: 'model' }] }));
        return;
      }
      ask({ body: JSON.parse(Buffer.concat(pieces).toString()) as Asked['body'], response });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** The words of a whole answer, and of a streamed one. */
const WORDS = ['From ', 'the ', 'model.'] as const;

function answerAtOnce({ body, response }: Asked): void {
  if (body.stream !== true) {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(completionOf(WORDS.join(''))));
    return;
  }
  begin(response);
  for (const word of WORDS) say(response, word);
  finish(response);
}

/** The head of a stream. */
export function begin(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
}

/** One word of it. */
export const say = (response: ServerResponse, word: string): boolean => response.write(eventOf(word, null));

/** Its end. */
export function finish(response: ServerResponse): void {
  response.end(`${eventOf('', 'stop')}data: [DONE]\n\n`);
}

const completionOf = (content: string) => ({
  id: 'c-1',
  object: 'chat.completion',
  created: 1,
  model: 'small',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});

const eventOf = (content: string, finishReason: string | null): string =>
  `data: ${JSON.stringify({
    id: 'c-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'small',
    choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: finishReason }],
  })}\n\n`;
