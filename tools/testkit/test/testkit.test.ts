import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { countInProcess, freePort, until } from '../src/index.js';
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

const onLinux = process.platform === 'linux' ? it : it.skip;

onLinux('counts what is in the memory of another process', async () => {
  const program = `const made = Buffer.alloc(64, 'held here'); console.log('ready'); process.stdin.on('end', () => made[0]).resume();`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'ignore'] });
  try {
    await once(child.stdout, 'data');
    const needles = { held: Buffer.alloc(64, 'held here'), absent: Buffer.alloc(64, 'held there') };
    const { held = 0, absent } = countInProcess(child.pid ?? 0, needles);
    expect(held).toBeGreaterThan(0);
    expect(absent).toBe(0);
  } finally {
    child.kill();
  }
});

it('makes directories', () => {
  earlier = directory();
  expect(existsSync(earlier)).toBe(true);
});

it('removes them after their test', () => {
  expect(existsSync(earlier)).toBe(false);
});
