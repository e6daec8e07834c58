/** A real CONNECT proxy, on node:http, that leads every name to one port of this machine. */
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { later } from './support.js';

export interface ConnectProxy {
  readonly url: string;
  /** The target and the credentials of every CONNECT. */
  readonly asked: { readonly target: string; readonly authorization: string | undefined }[];
}

/** @param port where every tunnel leads */
export async function connectProxy(port: number): Promise<ConnectProxy> {
  const asked: ConnectProxy['asked'] = [];
  const sockets = new Set<Socket>();
  const server = createServer().on('connect', ({ url = '', headers }, socket: Socket) => {
    asked.push({ target: url, authorization: headers['proxy-authorization'] });
    const target = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(target).pipe(socket);
    });
    for (const end of [socket, target]) {
      sockets.add(end);
      end.on('error', () => undefined).on('close', () => (socket.destroy(), target.destroy()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  later(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  const own = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${String(own)}`, asked };
}
