import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { grownMemory, leftovers, measure, settledLeftovers } from '../../src/common/resources.js';

describe('measure()', () => {
  it('sees a timer, a listener, a buffer, and a socket that keeps nothing alive', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const before = await measure();

    const timers = Array.from({ length: 5 }, () => setTimeout(() => undefined, 60_000));
    const listener = (): void => undefined;
    process.on('warning', listener);
    const buffer = Buffer.alloc(20e6, 1);
    const { port } = server.address() as AddressInfo;
    const socket = await new Promise<Socket>((resolve) => {
      const made = connect(port, '127.0.0.1', () => resolve(made));
    });
    socket.unref();
    const after = await measure();
    const grown = leftovers(before, after).join('\n');

    for (const timer of timers) clearTimeout(timer);
    process.off('warning', listener);
    socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    expect(grown).toMatch(/Timeout: \d+ -> \d+/);
    expect(grown).toMatch(/listeners: \d+ -> \d+/);
    if (process.platform === 'linux') expect(grown).toMatch(/file descriptors: \d+ -> \d+/);
    expect(buffer.byteLength).toBe(20e6);
    expect(grownMemory(before, after, { heapUsed: 1e9, arrayBuffers: 10e6 })).toEqual([
      expect.stringMatching(/^memory of ArrayBuffers grew from/),
    ]);
    expect(await settledLeftovers(before, 10_000)).toEqual([]);
  });
});
