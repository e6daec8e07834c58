/**
 * Answers over real sockets that break HTTP itself: status lines, headers, lengths, chunks, and what comes after the
 * end. Every answer has a mark of its own request, so that one that reaches another request is seen.
 */
import { createHash } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createHttpClient, type HttpClient } from '@nomyo/transport';
import type { Random } from '../../common/random.js';
import { mutate } from '../mutate.js';
import { expect, judge, type Attack, type Target } from '../target.js';

const TIMEOUT_MS = 250;
const MAX_BYTES = 32 * 1024;

const REFUSALS = ['CONNECTION_FAILED', 'CONNECTION_TIMEOUT', 'BODY_TOO_LARGE', 'REDIRECT_REFUSED'] as const;

/** The fate of the server's connection after the last byte. */
type Ending = 'keep' | 'end' | 'reset';

export const httpAnswerTarget: Target = {
  name: 'HTTP answer',
  weight: 5,
  runtimes: ['node', 'browser'],
  prepare: async () => {
    const attack = new HttpAttack();
    await attack.listen();
    return attack;
  },
};

class HttpAttack implements Attack {
  readonly #client: HttpClient = createHttpClient();
  readonly #server: Server = createServer((socket) => this.#serve(socket));
  readonly #sockets = new Set<Socket>();
  #port = 0;
  #count = 0;
  #earlier: readonly string[] = [];
  #script: Script | undefined;
  #performance = Promise.resolve();

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }

  async attempt(random: Random): Promise<string> {
    this.#count += 1;
    const mark = markOf(this.#count);
    this.#script = scriptOf(mark, random);
    this.#earlier = Array.from({ length: 20 }, (_, i) => markOf(this.#count - 1 - i));
    const url = new URL(`http://127.0.0.1:${String(this.#port)}/${mark}`);
    const request = { method: 'GET' as const, url, headers: {}, timeout: TIMEOUT_MS, maxBytes: MAX_BYTES };
    const result = await judge(() => this.#client.send(request), REFUSALS);
    await this.#performance;
    if ('code' in result) return result.code;
    const { status, headers, body } = result.value;
    expect(
      Number.isInteger(status) && status >= 200 && status <= 999 && (status < 300 || status > 399),
      'a status',
    );
    expect(body.byteLength <= MAX_BYTES, 'a body within its limit');
    const text = JSON.stringify(headers) + Buffer.from(body).toString('latin1');
    const foreign = this.#earlier.filter((other) => text.includes(other));
    expect(foreign.length === 0, `nothing of an earlier answer, but there is ${foreign.join(' ')}`);
    return `answer ${String(Math.floor(status / 100))}xx`;
  }

  async close(): Promise<void> {
    this.#client.close();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('data', () => {
      if (this.#script !== undefined) this.#performance = perform(socket, this.#script);
    });
  }
}

/** No mutation makes one mark of another. */
function markOf(number: number): string {
  return `mark-${createHash('sha256').update(String(number)).digest('hex').slice(0, 12)}-`;
}

/** The pieces that arrive over a connection, with the time in ms before each. */
interface Script {
  readonly pieces: readonly (readonly [delayMs: number, bytes: Buffer])[];
  readonly ending: Ending;
}

function scriptOf(mark: string, random: Random): Script {
  const good = goodAnswer(mark, random);
  const bytes = random.oneIn(4) ? good : mutate(good, random);
  const at = random.below(bytes.byteLength);
  // A second answer that nobody asked for, at once or a little later.
  const late = random.oneIn(6) ? [[random.pick([0, 0, 5]), goodAnswer(mark, random)] as const] : [];
  return {
    pieces: [[0, bytes.subarray(0, at)], [random.pick([0, 0, 3]), bytes.subarray(at)], ...late],
    ending: random.pick<Ending>(['keep', 'keep', 'keep', 'end', 'reset']),
  };
}

async function perform(socket: Socket, { pieces, ending }: Script): Promise<void> {
  for (const [delayMs, bytes] of pieces) {
    if (delayMs > 0) await pause(delayMs);
    socket.write(bytes);
  }
  if (ending === 'end') socket.end();
  if (ending === 'reset') socket.resetAndDestroy();
  // Everything written is read before the next request: later it could pass for the answer to that.
  await pause(2);
}

function goodAnswer(mark: string, random: Random): Buffer {
  const body = `${mark}${'b'.repeat(random.below(random.pick([10, 300, 3000])))}${mark}`;
  const status = random.pick([
    '200 OK',
    '200 OK',
    '204 No Content',
    '307 Temporary Redirect',
    '429 ',
    '503 Busy',
    '100 Continue',
  ]);
  const head = [`HTTP/1.1 ${status}`, `X-Mark: ${mark}`, `Retry-After: ${String(random.below(5))}`];
  const lines = random.pick<() => string[]>([
    () => [`Content-Length: ${String(body.length)}`, '', body],
    () => [`Content-Length: ${String(random.below(body.length * 2))}`, '', body],
    () => ['Content-Length: 5', `Content-Length: ${String(body.length)}`, '', body],
    () => [`Content-Length: ${random.pick(['-1', '1e3', '0x10', '99999999999999999999', ''])}`, '', body],
    () => ['Transfer-Encoding: chunked', '', `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`],
    () => ['Transfer-Encoding: chunked', '', `${random.hex(3)}\r\n${body}\r\n0\r\n`],
    () => [
      'Transfer-Encoding: chunked',
      'Content-Length: 3',
      '',
      `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    ],
    () => ['Content-Encoding: gzip', `Content-Length: ${String(body.length)}`, '', body],
    () => ['Connection: close', '', body],
    () => [
      `X-Long: ${'h'.repeat(random.pick([100, 17_000]))}`,
      `Content-Length: ${String(body.length)}`,
      '',
      body,
    ],
    () => ['Set-Cookie: a=b', 'Keep-Alive: timeout=1', `Content-Length: ${String(body.length)}`, '', body],
    () => ['Content-Length: 60000', '', body.repeat(60_000 / body.length + 1).slice(0, 60_000)],
  ])();
  return Buffer.from([...head, ...lines].join('\r\n'), 'latin1');
}
