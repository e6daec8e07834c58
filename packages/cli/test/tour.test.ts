/** docs/run-your-own.md: its five commands, typed as they stand there, from no key at all to an answer. */
import { afterEach, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '@nomyo/testkit';
import { collect, ended, Home } from './cli.js';

const home = new Home();
const running: ChildProcess[] = [];
afterEach(async () => {
  for (const child of running.splice(0)) {
    // The shell and what it started.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    await ended(child);
  }
  home.remove();
});

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The commands under "A tour". */
function commandsOf(page: string): readonly string[] {
  const [, block = ''] = /## A tour[^]*?```sh\n([^]*?)```/u.exec(page) ?? [];
  return block
    .replace(/\\\n\s*/gu, '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** `nomyo` and `nomyo-router`, as npm would put them into the PATH. */
function installCommands(): string {
  const bin = join(home.path, 'bin');
  mkdirSync(bin);
  const mains = {
    nomyo: '../dist/node/main.js',
    'nomyo-router': '../../router/dist/server/main.js',
  };
  for (const [name, main] of Object.entries(mains)) {
    writeFileSync(join(bin, name), `#!/bin/sh\nexec "${process.execPath}" "${fromHere(main)}" "$@"\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return bin;
}

async function freePort(): Promise<string> {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

it('gets an answer with the commands on the page, in at most five', async () => {
  let page = readFileSync(fromHere('../../../docs/run-your-own.md'), 'utf8');
  // Other tests run on this machine at the same time.
  for (const port of ['8000', '8443']) page = page.replaceAll(port, await freePort());
  const commands = commandsOf(page);
  expect(commands).toHaveLength(5);
  const bin = installCommands();
  const shell = spawn('sh', [], {
    cwd: home.path,
    detached: true,
    env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: home.path },
  });
  running.push(shell);
  const output = collect(shell);
  for (const [at, command] of commands.entries()) {
    shell.stdin.write(`${command}\necho "done ${String(at)}"\n`);
    await until(() => output().stdout.includes(`done ${String(at)}`) || undefined);
    // A person typing gives the server the second it needs.
    if (command.includes('stand-in')) {
      await until(() => output().stdout.includes('stand-in listens') || undefined);
    }
    if (command.includes('serve')) {
      await until(() => output().stdout.includes('"started","message":"http') || undefined);
    }
  }
  expect(output().stdout).toContain('This is a stand-in, not a model.');
  expect(existsSync(join(home.path, 'root.pem'))).toBe(true);
});
