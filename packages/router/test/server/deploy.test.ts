/**
 * The router in a container. There is no container engine in a test: the steps of the Dockerfile are taken by hand, in a
 * directory that is laid out as the image wants it, as a user who may write to nothing.
 */
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort, until } from '@nomyo/testkit';
import { createRoot, delegate } from '../../src/server/index.js';
import { makeCertificate } from '../../src/testing/index.js';
import { useRouterProcesses } from '../processes.js';

const run = useRouterProcesses('server/main.js');

/** `node`, as its image has it. */
const USER = 1000;
const isRoot = process.getuid?.() === 0;
const identity = isRoot ? { uid: USER, gid: USER } : {};

/** The arguments of each instruction; a line that ends in `\` continues. */
const steps = new Map(
  readFileSync(new URL('../../deploy/Dockerfile', import.meta.url), 'utf8')
    .replaceAll(/^#.*\n/gmu, '')
    .replaceAll(/\\\n\s*/gu, '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => [line.split(' ')[0], line.slice(line.indexOf(' ') + 1)]),
);
const words = (name: string): string[] =>
  JSON.parse((steps.get(name) ?? '').replace(/^.*?CMD /u, '')) as string[];

let home = '';
let ports: readonly [clients: number, metrics: number];

/** The ports of the image may be taken on this machine. */
const here = (text: string): string =>
  text.replaceAll('9090', String(ports[1])).replaceAll('8443', String(ports[0]));

beforeAll(async () => {
  ports = [await freePort(), await freePort()];
  home = mkdtempSync(join(tmpdir(), 'nomyo-image-'));
  const [root, output] = [join(home, 'root.pem'), join(home, 'signer.pem')];
  await createRoot(root);
  await delegate({ root, output, realm: 'localhost', days: 1, epoch: 1 });
  rmSync(root);
  const { cert, key } = await makeCertificate();
  writeFileSync(join(home, 'tls.crt'), cert);
  writeFileSync(join(home, 'tls.key'), key);
  await run(['api-keys', 'add', '--file', join(home, 'api-keys.json'), '--name', 'alice']).ended();
  for (const name of readdirSync(home)) {
    chmodSync(join(home, name), 0o600);
    if (isRoot) chownSync(join(home, name), USER, USER);
  }
  // Readable by all and writable by none, as in a read-only image.
  chmodSync(home, 0o555);
});
afterAll(() => {
  chmodSync(home, 0o755);
  rmSync(home, { recursive: true });
});

async function healthcheck(): Promise<boolean> {
  const [, ...args] = words('HEALTHCHECK').map(here);
  return promisify(execFile)(process.execPath, args).then(
    () => true,
    () => false,
  );
}

/** The key configurations as a client sees them; the certificate is the test's own. */
function statusOfKeys(): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const url = `https://localhost:${String(ports[0])}/v2/keys`;
    get(url, { rejectUnauthorized: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}

describe('the Dockerfile of the router', () => {
  it('installs without scripts, and drops root before it starts', () => {
    expect(steps.get('RUN')).toMatch(/^npm install --global --ignore-scripts --omit=dev "@nomyo\/router@/u);
    expect([...steps.keys()].indexOf('USER')).toBeLessThan([...steps.keys()].indexOf('ENTRYPOINT'));
    expect(steps.get('USER')).toBe('node');
    expect(steps.get('EXPOSE')).toBe('8443 9090');
    expect(words('ENTRYPOINT')).toEqual(['nomyo-router']);
    expect(steps.get('STOPSIGNAL')).toBe('SIGTERM');
  });

  it('has a command and a health check that work on a read-only file system', async () => {
    expect(await healthcheck()).toBe(false);
    const before = readdirSync(home);
    const args = [...words('CMD').map(here), '--port', String(ports[0])];
    const router = run(args, {}, { cwd: home, ...identity });
    await until(() => router.child.exitCode !== null || healthcheck());
    expect(router.child.exitCode).toBeNull();
    expect(await statusOfKeys()).toBe(200);
    expect(readdirSync(home)).toEqual(before);
    router.child.kill('SIGTERM');
    expect(await router.ended()).toBe(0);
  });
});
