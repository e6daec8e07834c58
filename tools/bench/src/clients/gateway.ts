/** `nomyo gateway` as a process of its own, asked over loopback by as little as a caller of an HTTP server can do. */
import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { NOMYO } from '../programs.js';
import type { BenchClient, ClientConfig } from './client.js';

const FLAGS = ['gateway', '--json', '--quiet', '--port', '0', '--rate', '0', '--max-retries', '0'];

export async function openGateway({ baseUrl, caFile = '', keyDir }: ClientConfig): Promise<BenchClient> {
  const args = [NOMYO, ...FLAGS, '--base-url', baseUrl, '--key-dir', keyDir, '--tls-ca', caFile];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => child.kill('SIGKILL'));
  // The first line of the program says where it listens.
  for await (const line of createInterface({ input: child.stdout })) {
    const [, token = ''] = /"token":"([^"]+)"/.exec(line) ?? [];
    const [, port = ''] = /"url":"http:\/\/127\.0\.0\.1:(\d+)/.exec(line) ?? [];
    const caller = openCaller(Number(port), token);
    return {
      call: (request) => caller.call(request),
      close: () => {
        caller.close();
        child.kill('SIGKILL');
      },
    };
  }
  throw new Error('the gateway ended before it listened');
}

/**
 * It shares the cores with what is measured, and node:http's own client would take as much of them as the server. It
 * knows answers of ASCII with a `content-length`, and has as many connections as there are calls at once.
 */
function openCaller(port: number, token: string): BenchClient {
  const head = [
    'POST /v1/chat/completions HTTP/1.1',
    `host: 127.0.0.1:${String(port)}`,
    `authorization: Bearer ${token}`,
    'content-type: application/json',
    'content-length: ',
  ].join('\r\n');
  const [idle, all]: [Socket[], Socket[]] = [[], []];
  const open = (): Socket => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true }).setEncoding('latin1');
    all.push(socket);
    return socket;
  };
  return {
    call: async (request) => {
      const socket = idle.pop() ?? open();
      const body = JSON.stringify(request);
      const answer = await ask(socket, `${head}${String(Buffer.byteLength(body))}\r\n\r\n${body}`);
      idle.push(socket);
      return JSON.parse(answer) as unknown;
    },
    close: () => all.forEach((socket) => socket.destroy()),
  };
}

/** @throws {Error} on any status but 200 */
function ask(socket: Socket, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const end = (): void => {
      socket.removeListener('data', read).removeListener('close', closed);
    };
    const closed = (): void => reject(new Error('the connection was closed'));
    const read = (piece: string): void => {
      received += piece;
      const [head = '', length = ''] = /^[^]*?\r\ncontent-length: (\d+)[^]*?\r\n\r\n/i.exec(received) ?? [];
      if (head === '' || received.length < head.length + Number(length)) return;
      end();
      if (head.startsWith('HTTP/1.1 200 ')) resolve(received.slice(head.length));
      else reject(new Error(`the answer was ${head.slice(0, head.indexOf('\r'))}`));
    };
    socket.on('data', read).once('close', closed).write(request);
  });
}
