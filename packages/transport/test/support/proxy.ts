/** A real CONNECT proxy, on node:http. */
import { once } from 'node:events';
import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import type { Duplex } from 'node:stream';
import type { Identity } from './certificates.js';

export interface ProxyOptions {
  readonly identity?: Identity;
  /** `user:password` */
  readonly credentials?: string;
  /** Where names lead: the client looks up none of them. */
  readonly hosts?: Readonly<Record<string, number>>;
  /** The answer given instead of a tunnel. */
  readonly instead?: string | ((socket: Duplex) => void);
}

export class TestProxy {
  /** Request line and headers of every CONNECT. */
  readonly asked: { readonly target: string; readonly headers: http.IncomingHttpHeaders }[] = [];
  /** Plain requests that came where only CONNECT should. */
  others = 0;
  connections = 0;
  readonly sockets = new Set<Duplex>();
  readonly #server: http.Server;
  readonly #options: ProxyOptions;

  private constructor(options: ProxyOptions) {
    this.#options = options;
    this.#server =
      options.identity === undefined ? http.createServer() : https.createServer(options.identity);
    this.#server.on('request', (_request, response: http.ServerResponse) => {
      this.others += 1;
      response.end('from the proxy');
    });
    this.#server.on('connect', (request: http.IncomingMessage, socket: Duplex) =>
      this.#connect(request, socket),
    );
    this.#server.on('connection', (socket: net.Socket) => {
      this.connections += 1;
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  static async start(options: ProxyOptions = {}): Promise<TestProxy> {
    const proxy = new TestProxy(options);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** With credentials, where there are some: `user:password@`. */
  url(credentials = ''): string {
    const { port } = this.#server.address() as net.AddressInfo;
    const scheme = this.#options.identity === undefined ? 'http' : 'https';
    return `${scheme}://${credentials}localhost:${String(port)}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #connect({ url = '', headers }: http.IncomingMessage, socket: Duplex): void {
    const { credentials, hosts = {}, instead } = this.#options;
    this.asked.push({ target: url, headers });
    socket.on('error', () => undefined);
    if (typeof instead === 'function') {
      instead(socket);
      return;
    }
    if (instead !== undefined) return void socket.end(instead);
    const basic =
      credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`;
    if (headers['proxy-authorization'] !== basic) {
      return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
    }
    const { hostname, port } = new URL(`http://${url}`);
    const target = net.connect(hosts[hostname] ?? Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(target).pipe(socket);
    });
    target.on('error', () => socket.destroy());
    target.on('close', () => socket.destroy());
    socket.on('close', () => target.destroy());
  }
}
