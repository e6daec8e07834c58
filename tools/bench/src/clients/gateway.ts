/** `nomyo gateway` as a process of its own, asked over loopback by as little as a caller of an HTTP server can do. */
import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { NOMYO } from '../programs.js';
import type { BenchClient, ClientConfig } from './client.js';

const FLAGS = ['gateway', '--json', '--quiet', '--port', '0', '--rate', '0', '--max-retries', '0'];

export async function openGateway({ baseUrl, caFile, keyDir }: ClientConfig): Promise<BenchClient> {
  const args = [NOMYO, ...FLAGS, '--base-url', baseUrl, '--key-dir', keyDir, '--tls-ca', caFile];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => child.kill('SIGKILL'));
  // Its first line says where it listens.
  for await (const line of createInterface({ input: child.stdout })) {
    const [, token = ''] = /"token":"([^"]+)"/.exec(line) ?? [];
    const [, port = ''] = /"url":"http:\/\/127\.0\.0\.1:(\d+)/.exec(line) ?? [];
    return { call: callerOf(Number(port), token) };
  }
  throw new Error('the gateway ended before it listened');
}

/** Of an answer with a `content-length`. */
const ANSWER_HEAD = /^[^]*?\r\ncontent-length: (\d+)[^]*?\r\n\r\n/i;

/**
 * It shares the cores with what is measured, and node:http's own client would take as much of them as the server. It
 * knows answers of ASCII, and has as many connections as there are calls at once.
 */
function callerOf(port: number, token: string): BenchClient['call'] {
  const requestHead = [
    'POST /v1/chat/completions HTTP/1.1',
    `host: 127.0.0.1:${String(port)}`,
    `authorization: Bearer ${token}`,
    'content-type: application/json',
    'content-length: ',
  ].join('\r\n');
  const idle: Socket[] = [];
  const open = (): Socket => connect({ host: '127.0.0.1', port, noDelay: true }).setEncoding('latin1');
  return (completion) =>
    new Promise((resolve, reject) => {
      const socket = idle.pop() ?? open();
      const body = JSON.stringify(completion);
      const closed = (): void => reject(new Error('the gateway closed a connection'));
      let received = '';
      socket.on('data', (piece: string) => {
        received += piece;
        const [head = '', length = ''] = ANSWER_HEAD.exec(received) ?? [];
        if (head === '' || received.length < head.length + Number(length)) return;
        socket.removeAllListeners('data').removeListener('close', closed);
        idle.push(socket);
        if (head.startsWith('HTTP/1.1 200 ')) resolve(JSON.parse(received.slice(head.length)));
        else reject(new Error(`the gateway answered ${head.slice(0, head.indexOf('\r'))}`));
      });
      socket.once('close', closed).write(`${requestHead}${String(Buffer.byteLength(body))}\r\n\r\n${body}`);
    });
}
