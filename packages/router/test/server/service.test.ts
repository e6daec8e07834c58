/** The router as a systemd service: its unit, and its notifications. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRoot, delegate } from '../../src/server/index.js';
import { useRouterProcesses } from '../processes.js';

const run = useRouterProcesses('server/main.js');
let dir = '';
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'nomyo-service-'));
  await createRoot(join(dir, 'root.pem'));
  const options = { realm: 'router.test', days: 1, epoch: 1, output: join(dir, 'signer.pem') };
  await delegate({ root: join(dir, 'root.pem'), ...options });
});
afterAll(() => rmSync(dir, { recursive: true }));

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;

const UNIT = new URL('../../deploy/nomyo-router.service', import.meta.url);

/** Node has no sockets of this kind; prints what comes, as the manager would read it. */
const MANAGER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True: print(s.recv(4096).decode(), flush=True)
`;

describe('the router under systemd', () => {
  const analyze = has('systemd-analyze') ? it : it.skip;
  analyze('has a unit that systemd finds nothing wrong with (needs systemd-analyze)', () => {
    const file = join(dir, 'nomyo-router.service');
    // The command is not installed here; everything else is as shipped.
    writeFileSync(file, readFileSync(UNIT, 'utf8').replace('/usr/bin/env', '/bin/true'));
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
    expect([status, stdout, stderr]).toEqual([0, '', '']);
  });

  const notify = has('systemd-notify') && has('python3') ? it : it.skip;
  notify('says when it is ready, and when it drains (needs systemd-notify and python3)', async () => {
    const path = join(dir, 'notify');
    const manager = spawn('python3', ['-c', MANAGER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    let heard = '';
    manager.stdout.setEncoding('utf8').on('data', (text: string) => (heard += text));
    const until = async (holds: () => boolean): Promise<void> => {
      while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    try {
      await until(() => existsSync(path));
      const files = ['--signer', join(dir, 'signer.pem'), '--upstream', 'http://127.0.0.1:9'];
      const router = run(['serve', ...files, '--port', '0'], { NOTIFY_SOCKET: path });
      await until(() => heard.includes('READY=1'));
      router.child.kill('SIGTERM');
      expect(await router.ended()).toBe(0);
      await until(() => heard.includes('STOPPING=1'));
    } finally {
      manager.kill();
    }
  });
});
