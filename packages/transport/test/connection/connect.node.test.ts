// Names with several addresses, looked up here by a double of node:dns.
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import dns from 'node:dns';
import { once } from 'node:events';
import * as net from 'node:net';
import { LightAbortController } from '@nomyo/base';
import { connectTcp } from '../../src/connection/connect.node.js';
import { rejection } from '../support/peer.js';

const servers: net.Server[] = [];
const sockets: net.Socket[] = [];

async function listen(host: string, port = 0): Promise<number> {
  const server = net.createServer((socket) => void sockets.push(socket));
  servers.push(server);
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as net.AddressInfo).port;
}

function resolveTo(...addresses: readonly string[]): void {
  const found = addresses.map((address) => ({ address, family: net.isIP(address) }));
  jest
    .spyOn(dns, 'lookup')
    .mockImplementation(((_host: string, _how: object, tell: (...found: unknown[]) => void) =>
      setImmediate(() => tell(null, found))) as unknown as typeof dns.lookup);
}

let signal: LightAbortController;
beforeEach(() => {
  signal = new LightAbortController();
});
afterEach(async () => {
  jest.restoreAllMocks();
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

describe('a name with several addresses', () => {
  it('is reached at whichever one answers', async () => {
    const port = await listen('127.0.0.3');
    for (const addresses of [
      ['127.0.0.1', '127.0.0.2', '127.0.0.3'],
      ['::1', '127.0.0.3'],
      ['127.0.0.3', '::1'],
    ]) {
      resolveTo(...addresses);
      const socket = await connectTcp({ host: 'many.test', port }, signal);
      expect(socket.remoteAddress).toBe('127.0.0.3');
      socket.destroy();
    }
  });

  it('reports what went wrong when none does, and leaves no socket open', async () => {
    const port = await listen('127.0.0.1');
    resolveTo('127.0.0.2', '127.0.0.3');
    expect(await rejection(connectTcp({ host: 'many.test', port }, signal))).toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  it('keeps one connection, and closes the others', async () => {
    const port = await listen('127.0.0.2');
    await listen('127.0.0.3', port);
    resolveTo('127.0.0.2', '127.0.0.3');
    const socket = await connectTcp({ host: 'many.test', port }, signal);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(sockets).toHaveLength(1);
    socket.destroy();
  });

  it('gives up with the signal', async () => {
    resolveTo('127.0.0.2', '127.0.0.3');
    const pending = rejection(connectTcp({ host: 'many.test', port: 9 }, signal));
    signal.abort('enough');
    expect(await pending).toBe('enough');
  });
});

describe('when only this machine is allowed', () => {
  it.each([['10.1.2.3'], ['127.0.0.1', '10.1.2.3'], ['fe80::1']])(
    '%s is refused before anything is opened',
    async (...addresses) => {
      const connect = jest.spyOn(net.Socket.prototype, 'connect');
      resolveTo(...addresses);
      const error = await rejection(
        connectTcp({ host: 'router.test', port: 9 }, signal, { onlyLoopback: true }),
      );
      expect(error).toMatchObject({
        code: 'INSECURE_URL',
        message: expect.stringMatching(/dangerously-remote/),
      });
      expect(connect).not.toHaveBeenCalled();
    },
  );

  it('a name for it works', async () => {
    const port = await listen('127.0.0.7');
    resolveTo('127.0.0.7');
    (await connectTcp({ host: 'router.test', port }, signal, { onlyLoopback: true })).destroy();
  });
});
