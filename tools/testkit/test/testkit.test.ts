import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { freePort, until } from '../src/index.js';
import { temporaryDirectories } from '../src/jest.js';

const directory = temporaryDirectories('testkit');
let earlier = '';

it('finds free ports', async () => {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  expect(server.address()).toMatchObject({ port });
  await new Promise((resolve) => server.close(resolve));
});

it('waits for the result of a condition, and gives up in time', async () => {
  let looks = 0;
  expect(await until(() => (looks += 1) > 2 && looks)).toBe(3);
  await expect(until(() => false, 30)).rejects.toThrow('did not hold within 30 ms');
});

it('makes directories', () => {
  earlier = directory();
  expect(existsSync(earlier)).toBe(true);
});

it('removes them after their test', () => {
  expect(existsSync(earlier)).toBe(false);
});
