/**
 * The gateway in a container. There is no container engine in a test: the steps of the Dockerfile are taken by hand, as the
 * user that it names, with nothing that this user may write to. The manifest is held against Kubernetes' own schemas.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCertificate, startRouter, type Router } from '@nomyo/router/testing';
import { Deployment } from 'kubernetes-models/apps/v1';
import { Service } from 'kubernetes-models/v1';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { parseAllDocuments } from 'yaml';
import { until } from '@nomyo/testkit';
import { BINARY, collect, ended, Home } from './cli.js';

const DEPLOY = new URL('../../gateway/deploy/', import.meta.url);

/** `node`, as its image has it. */
const USER = 1000;
const canBecome = process.getuid?.() === 0;

/** Instructions and their arguments, in order; a line that ends in `\` continues. */
const steps = readFileSync(new URL('Dockerfile', DEPLOY), 'utf8')
  .replaceAll(/^#.*\n/gmu, '')
  .replaceAll(/\\\n\s*/gu, '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => ({ name: line.split(' ')[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }));
const step = (name: string) => steps.find((one) => one.name === name)?.rest ?? '';

const home = new Home();
let router: Router;
let port: string;

beforeAll(async () => {
  router = await startRouter({ keySize: 2048 });
  port = await freePort();
  const { cert, key } = await makeCertificate();
  mkdirSync(home.file('secrets'));
  for (const [name, text] of Object.entries({
    'api-key': 'a-key-for-tests-only\n',
    token: 'a-token-for-tests-only\n',
    'tls.crt': cert,
    'tls.key': key,
  })) {
    writeFileSync(home.file(`secrets/${name}`), text);
  }
  // Readable by all and writable by none, as in a read-only image.
  chmodSync(home.path, 0o555);
});
afterAll(async () => {
  chmodSync(home.path, 0o755);
  home.remove();
  await router.close();
});

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const free = String((server.address() as AddressInfo).port);
  await new Promise((resolve) => server.close(resolve));
  return free;
}

/** A port and a directory that tests running beside this one do not have. */
const here = (text: string) =>
  text.replaceAll('11435', port).replaceAll('/run/secrets', home.file('secrets'));

const variables = () =>
  Object.fromEntries(
    step('ENV')
      .split(' ')
      .map((pair) => pair.split('=') as [string, string]),
  );

/** Runs words of the Dockerfile; `nomyo` and `node` are what is here. */
function run(words: string): ChildProcess {
  const [command, ...args] = JSON.parse(here(words)) as string[];
  const all = command === 'nomyo' ? [BINARY, ...args] : args;
  const env = home.env({ ...variables(), NOMYO_BASE_URL: router.url });
  const user = canBecome ? { uid: USER, gid: USER } : {};
  return spawn(process.execPath, all, { env, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'], ...user });
}

const healthcheck = () => ended(run(step('HEALTHCHECK').replace(/^.*?CMD /u, '')));

describe('the Dockerfile', () => {
  it('installs one package, without scripts, and drops root before it starts', () => {
    expect(steps.map(({ name }) => name)).toEqual([
      'FROM',
      'ARG',
      'RUN',
      'ENV',
      'USER',
      'EXPOSE',
      'ENTRYPOINT',
      'HEALTHCHECK',
    ]);
    expect(step('RUN')).toMatch(/^npm install --global --ignore-scripts "@nomyo\/cli@/u);
    expect(step('USER')).toBe('node');
    expect(step('EXPOSE')).toBe('11435');
  });

  it('has an entry point and a health check that work on a read-only file system', async () => {
    expect(await healthcheck()).toBe(1);
    const before = readdirSync(home.path);
    const gateway = run(step('ENTRYPOINT'));
    const output = collect(gateway);
    try {
      await until(() => output().stdout.includes('status page') || gateway.exitCode !== null);
      expect(output().stderr).toBe('');
      await until(() => healthcheck().then((code) => code === 0));
      expect(await ask(port)).toBe('200');
      expect(readdirSync(home.path)).toEqual(before);
    } finally {
      gateway.kill('SIGTERM');
    }
    expect(await ended(gateway)).toBe(0);
  });
});

/** The status of one call, as another container would make it. */
function ask(at: string): Promise<string> {
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hello' }] });
  const url = `https://127.0.0.1:${at}/v1/chat/completions`;
  const args = ['-sk', '-o', '/dev/null', '-w', '%{http_code}', '-d', body];
  const bearer = ['-H', 'authorization: Bearer a-token-for-tests-only'];
  return new Promise((resolve, reject) => {
    execFile('curl', [...args, ...bearer, url], (error, stdout) =>
      error instanceof Error ? reject(error) : resolve(stdout),
    );
  });
}

describe('the manifest for Kubernetes', () => {
  const [deployment, service] = parseAllDocuments(
    readFileSync(new URL('kubernetes.yaml', DEPLOY), 'utf8'),
  ).map((document) => document.toJS() as Record<string, never>);

  it('is valid by the schemas of Kubernetes', () => {
    expect(() => new Deployment(deployment).validate()).not.toThrow();
    expect(() => new Service(service).validate()).not.toThrow();
    const damaged = JSON.parse(
      JSON.stringify(deployment).replace('"runAsNonRoot":true', '"runAsNonRoot":"yes"'),
    ) as Record<string, never>;
    expect(() => new Deployment(damaged).validate()).toThrow();
  });

  it('runs the image as intended: its port, user and secrets, and nothing writable', () => {
    const { spec } = new Deployment(deployment);
    const pod = spec?.template.spec;
    const [container] = pod?.containers ?? [];
    expect(pod?.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: USER });
    expect(pod?.automountServiceAccountToken).toBe(false);
    expect(container?.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container?.ports?.[0]?.containerPort).toBe(Number(step('EXPOSE')));
    expect(container?.volumeMounts?.map(({ mountPath }) => mountPath)).toEqual(['/run/secrets', '/tmp']);
    for (const probe of [container?.readinessProbe, container?.livenessProbe]) {
      expect(probe?.httpGet).toMatchObject({ path: '/healthz', scheme: 'HTTPS' });
      expect(probe?.httpGet?.httpHeaders).toEqual([{ name: 'Host', value: 'localhost:11435' }]);
    }
    // The shutdown that SIGTERM starts must end before the pod is killed.
    expect(pod?.terminationGracePeriodSeconds).toBeGreaterThan(30);
  });
});
