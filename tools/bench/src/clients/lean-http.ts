/**
 * As little as a caller of an HTTP server can do: it shares the cores with what is measured, and node:http's own client
 * would take as much of them as the server. It knows answers with a `content-length`, one at a time on each connection.
 */
import { connect, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';
/** Room for any answer that the rows ask a gateway for. */
const ROOM = 65_536;

/** Posts bodies of JSON to one path, over as many connections as there are calls at once. */
export class LeanHttp {
  readonly #url: URL;
  readonly #head: string;
  readonly #idle: Connection[] = [];
  readonly #all: Connection[] = [];

  constructor(url: URL, headers: Readonly<Record<string, string>>) {
    this.#url = url;
    const lines = Object.entries({ host: url.host, ...headers }).map(([name, value]) => `${name}: ${value}`);
    this.#head = [`POST ${url.pathname} HTTP/1.1`, ...lines, 'content-length: '].join('\r\n');
  }

  /** @returns the body of the answer  @throws {Error} on any status but 200 */
  async post(body: string): Promise<string> {
    const connection = this.#idle.pop() ?? this.#open();
    const answer = await connection.ask(this.#head + String(Buffer.byteLength(body)) + HEAD_END + body);
    this.#idle.push(connection);
    return answer;
  }

  close(): void {
    for (const connection of this.#all) connection.close();
  }

  #open(): Connection {
    const connection = new Connection(this.#url);
    this.#all.push(connection);
    return connection;
  }
}

interface Asked {
  readonly resolve: (body: string) => void;
  readonly reject: (error: Error) => void;
}

class Connection {
  readonly #socket: Socket;
  readonly #received = Buffer.alloc(ROOM);
  #length = 0;
  #asked: Asked | undefined;

  constructor({ hostname: host, port }: URL) {
    const onread = { buffer: Buffer.alloc(ROOM), callback: this.#read.bind(this) };
    this.#socket = connect({ host, port: Number(port), noDelay: true, onread });
    this.#socket.once('error', (error) => this.#asked?.reject(error));
    this.#socket.once('close', () => this.#asked?.reject(new Error('the connection was closed')));
  }

  ask(request: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#asked = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#asked = undefined;
    this.#socket.destroy();
  }

  #read(count: number, piece: Uint8Array): boolean {
    this.#received.set(piece.subarray(0, count), this.#length);
    this.#length += count;
    const end = this.#received.subarray(0, this.#length).indexOf(HEAD_END);
    if (end === -1) return true;
    const head = this.#received.toString('latin1', 0, end);
    const [, length = ''] = /\r\ncontent-length: (\d+)/i.exec(head) ?? [];
    const start = end + HEAD_END.length;
    if (length !== '' && this.#length === start + Number(length)) this.#take(head, start);
    return true;
  }

  #take(head: string, start: number): void {
    const body = this.#received.toString('utf8', start, this.#length);
    const asked = this.#asked;
    [this.#length, this.#asked] = [0, undefined];
    if (head.startsWith('HTTP/1.1 200 ')) asked?.resolve(body);
    else asked?.reject(new Error(`the answer was ${head.slice(0, head.indexOf('\r'))}`));
  }
}
