/** A server in a thread of its own, so that it speaks also while the test's event loop is busy. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Identity } from './certificates.js';

/** Answers each request, and does what its body says 20 ms later. Plain JavaScript: a worker compiles nothing. */
const SOURCE = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { createServer } = workerData === null ? require('node:net') : require('node:tls');
  const answer = (text) => 'HTTP/1.1 200 OK\\r\\nContent-Length: ' + text.length + '\\r\\n\\r\\n' + text;
  const LATER = {
    twice: (socket) => socket.write(answer('poison')),
    half: (socket) => socket.write(answer('poison').slice(0, 20)),
    close: (socket) => socket.end(),
  };
  const server = createServer(workerData ?? {}, (socket) => {
    let text = '';
    socket.on('error', () => undefined);
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk;
      const [head, body] = text.split('\\r\\n\\r\\n');
      if (body === undefined || body.length < Number(/content-length: (\\d+)/i.exec(head)[1])) return;
      text = '';
      socket.write(answer('answer to ' + body));
      const later = LATER[body.split(' ').at(-1)];
      if (later !== undefined) setTimeout(later, 20, socket);
    });
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

export class LatePeer {
  readonly url: URL;
  readonly #worker: Worker;

  private constructor(worker: Worker, url: URL) {
    this.#worker = worker;
    this.url = url;
  }

  /** @param identity of a TLS server; `undefined`: no TLS */
  static async start(identity: Identity | undefined): Promise<LatePeer> {
    const worker = new Worker(SOURCE, { eval: true, workerData: identity ?? null });
    const [port] = (await once(worker, 'message')) as [number];
    return new LatePeer(
      worker,
      new URL(`http${identity === undefined ? '' : 's'}://localhost:${String(port)}/`),
    );
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
