/** The gateway as a systemd service: its unit, and its notifications. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { startRouter, type Router } from '@nomyo/router/testing';
import { until } from '@nomyo/testkit';
import { collect, ended, Home } from './cli.js';

const home = new Home();
let router: Router;

beforeAll(async () => {
  router = await startRouter({ keySize: 2048 });
});
afterAll(async () => {
  home.remove();
  await router.close();
});

const has = (program: string, flag = '--version'): boolean => spawnSync(program, [flag]).status === 0;

/** A test that needs a program: skipped with a note where it is missing. */
function withProgram(program: string): { readonly test: typeof it.skip; readonly why: string } {
  return has(program) ? { test: it, why: '' } : { test: it.skip, why: ` (skipped: there is no ${program})` };
}

const UNIT = new URL('../../gateway/deploy/nomyo-gateway.service', import.meta.url);

/** Node has no sockets of this kind; prints what comes, as the manager would read it. */
const MANAGER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True: print(s.recv(4096).decode(), flush=True)
`;

describe('the gateway under systemd', () => {
  const analyze = withProgram('systemd-analyze');
  analyze.test(`has a unit that systemd finds nothing wrong with${analyze.why}`, () => {
    const file = home.file('nomyo-gateway.service');
    // The command is not installed here; everything else is as shipped.
    writeFileSync(file, readFileSync(UNIT, 'utf8').replace('/usr/bin/nomyo', '/bin/true'));
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
    expect([status, stdout, stderr]).toEqual([0, '', '']);
  });

  const isThere = has('systemd-notify') && has('python3');
  const notify = isThere ? it : it.skip;
  const why = isThere ? '' : ' (skipped: it needs systemd-notify and python3)';
  notify(`says when it is ready, and when it is about to end${why}`, async () => {
    const path = home.file('notify');
    const manager = spawn('python3', ['-c', MANAGER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const heard = collect(manager);
    try {
      await until(() => existsSync(path));
      const args = ['gateway', '--port', '0', '--base-url', router.url, '--key-dir', 'keys'];
      await home.run(['keys', 'generate', '--no-password', '--key-size', '2048', '--key-dir', 'keys']);
      const child = home.start(args, { env: { NOTIFY_SOCKET: path } });
      await until(() => heard().stdout.includes('READY=1'));
      child.kill('SIGTERM');
      expect(await ended(child)).toBe(0);
      await until(() => heard().stdout.includes('STOPPING=1'));
    } finally {
      manager.kill();
    }
  });
});
