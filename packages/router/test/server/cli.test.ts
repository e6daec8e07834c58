import { execFile } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createProgram } from '../../src/server/cli/program.js';
import { createRoot, delegate } from '../../src/server/index.js';
import { makeCertificate } from '../../src/testing/index.js';
import { open, seal } from './client.js';
import { completion, startModelServer, type ModelServer } from './model-server.js';
import { useRouterProcesses } from '../processes.js';
import { activeKey, CHAT, http, post } from './setup.js';

const run = useRouterProcesses('server/main.js');
let dir = '';
const models: ModelServer[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'nomyo-cli-'));
});
afterEach(async () => {
  await Promise.all(models.splice(0).map((model) => model.close()));
  rmSync(dir, { recursive: true });
});

const at = (name: string): string => join(dir, name);
const modeOf = (name: string): number => statSync(at(name)).mode & 0o777;

async function done(...args: string[]): Promise<string> {
  const command = run(args);
  expect([await command.ended(), command.output()]).toEqual([0, expect.any(String)]);
  return command.output();
}

async function fails(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const command = run(args, env);
  expect(await command.ended()).toBe(2);
  return command.output();
}

async function makeSigner(): Promise<string> {
  const pin = await createRoot(at('root.pem'));
  const options = { realm: 'router.test', days: 1, epoch: 1, output: at('signer.pem') };
  await delegate({ root: at('root.pem'), ...options });
  return pin;
}

/** The same commands without a process: what is refused is refused before anything is opened. */
async function refusal(args: readonly string[]): Promise<unknown> {
  const program = createProgram({
    print: () => undefined,
    environment: {},
    version: '0',
    onServing: (serving) => void serving.close(),
  });
  for (const command of [program, ...program.commands]) {
    command.configureOutput({ writeErr: () => undefined });
  }
  return program.parseAsync(['node', 'nomyo-router', ...args]).then(
    () => 'not refused',
    (error: unknown) => (error instanceof Error ? error.message : error),
  );
}

describe('keys', () => {
  it('root makes a key of mode 0600, prints its pin, and never overwrites', async () => {
    const pin = (await done('keys', 'root', '-o', at('root.pem'))).trim();
    expect(pin).toMatch(/^ed25519\/[A-Za-z0-9+/]{43}=$/u);
    expect(modeOf('root.pem')).toBe(0o600);
    const jwk = createPublicKey(readFileSync(at('root.pem'))).export({ format: 'jwk' });
    expect(Buffer.from(String(jwk.x), 'base64url').toString('base64')).toBe(pin.slice('ed25519/'.length));
    const before = readFileSync(at('root.pem'));
    expect(await fails(['keys', 'root', '-o', at('root.pem')])).toMatch(/never overwritten/u);
    expect(readFileSync(at('root.pem')).equals(before)).toBe(true);
  });

  it('delegate signs the layout of the specification', async () => {
    const pin = await makeSigner();
    expect(modeOf('signer.pem')).toBe(0o600);
    const pem = readFileSync(at('signer.pem'), 'utf8');
    const base64 = /NOMYO DELEGATION-----\n(?<body>[^-]+)/u.exec(pem)?.groups?.['body'] ?? '';
    const delegation = Buffer.from(base64, 'base64');
    expect(delegation.subarray(0, 16).toString('latin1')).toBe('NYD2\u000brouter.test');
    expect(delegation.readUInt32BE(16)).toBe(1);
    const signed = Buffer.concat([Buffer.from('nomyo/v2 delegation\0'), delegation.subarray(0, -64)]);
    const x = Buffer.from(pin.slice('ed25519/'.length), 'base64').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    expect(verify(null, signed, key, delegation.subarray(-64))).toBe(true);
  });

  it.each(['https://llm.example', 'llm.example/', 'llm.example:8443', '[::1]:8443', 'two words', ''])(
    'delegate refuses the realm "%s", which no client would look for',
    async (realm) => {
      await done('keys', 'root', '-o', at('root.pem'));
      const args = ['keys', 'delegate', '--root', at('root.pem'), '--days', '1', '-o', at('signer.pem')];
      expect(await fails([...args, '--realm', realm])).toMatch(/--realm .*without https:\/\/ and port/u);
      expect(existsSync(at('signer.pem'))).toBe(false);
    },
  );

  it('revoke raises the epoch, for the root that delegated alone', async () => {
    const pin = await makeSigner();
    const revoke = ['keys', 'revoke', '--signer', at('signer.pem')];
    await done(...revoke, '--root', at('root.pem'), '-o', at('next.pem'));
    expect(await done('keys', 'inspect', at('next.pem'), '--root', pin)).toMatch(
      /realm +router\.test\nepoch +2\n/u,
    );
    await done('keys', 'root', '-o', at('other.pem'));
    expect(await fails([...revoke, '--root', at('other.pem'), '-o', at('x.pem')])).toMatch(/another root/u);
  });

  it('inspect refuses a signer of another root, and anything but a signer', async () => {
    await makeSigner();
    const other = (await done('keys', 'root', '-o', at('other.pem'))).trim();
    expect(await fails(['keys', 'inspect', at('signer.pem'), '--root', other])).toMatch(
      /not delegated by the root/u,
    );
    expect(await fails(['keys', 'inspect', at('root.pem')])).toMatch(/holds no delegation/u);
  });
});

describe('npx @nomyo/router', () => {
  it('is nomyo-router too, when one of its commands comes first', async () => {
    const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, [main, 'keys', 'root', '-o', at('root.pem')]);
    expect(stdout).toMatch(/^ed25519\//u);
    expect((await run(process.execPath, [main, '--version'])).stdout).toMatch(/protocol version 1/u);
  });
});

describe('api-keys', () => {
  it('add prints the key as its last line, and keeps a hash with mode 0600', async () => {
    const lines = (await done('api-keys', 'add', '--file', at('keys.json'), '--name', 'alice'))
      .trim()
      .split('\n');
    const key = lines.at(-1) ?? '';
    expect(key).toMatch(/^nk_[0-9a-f]{16}_[\w-]{43}$/u);
    expect(modeOf('keys.json')).toBe(0o600);
    expect(readFileSync(at('keys.json'), 'utf8')).not.toContain(key.slice(-43));
    await done(
      'api-keys',
      'add',
      '--file',
      at('keys.json'),
      '--name',
      'bob',
      '--tiers',
      'high',
      '--per-minute',
      '5',
    );
    expect(await done('api-keys', 'list', '--file', at('keys.json'))).toMatch(
      /alice\n.*bob {2}high {2}5\/min\n$/su,
    );
    await done('api-keys', 'remove', key.slice(3, 19), '--file', at('keys.json'));
    expect(await done('api-keys', 'list', '--file', at('keys.json'))).not.toContain('alice');
  });
});

describe('serve', () => {
  const serve = (...more: string[]): string[] => [
    'serve',
    '--signer',
    at('signer.pem'),
    '--port',
    '0',
    '--metrics-port',
    '0',
    ...more,
  ];

  async function started(...more: string[]) {
    const router = run(serve(...more));
    const [, url = ''] = await router.printed(/"started","message":"(http[^"]+)"/u);
    const [, metrics = ''] = await router.printed(/metrics on (http[^"]+)"/u);
    return { router, url, metrics };
  }

  it('answers over TLS with an API key; health and metrics are on another port; logs hold only codes', async () => {
    await makeSigner();
    const model = await startModelServer();
    models.push(model);
    const added = await done('api-keys', 'add', '--file', at('keys.json'), '--name', 'alice');
    const apiKey = added.trim().split('\n').at(-1) ?? '';
    const certificate = await makeCertificate();
    writeFileSync(at('tls.crt'), certificate.cert);
    writeFileSync(at('tls.key'), certificate.key, { mode: 0o600 });
    const tls = ['--tls-cert', at('tls.crt'), '--tls-key', at('tls.key'), '--api-keys', at('keys.json')];
    const { router, url, metrics } = await started('--upstream', `${model.url}/v1`, ...tls);
    expect(url).toMatch(/^https:/u);
    const { ca } = certificate;
    const message = await seal(await activeKey(url, ca), { body: CHAT, apiKey, tier: 'high' });
    const answer = await post(url, message, { ca });
    expect(open(answer.body, message)).toMatchObject({ status: 200, tier: 'high' });
    expect((await http({ url: `${metrics}/healthz` })).status).toBe(200);
    const numbers = (await http({ url: `${metrics}/metrics` })).body.toString();
    expect(numbers).toContain('nomyo_router_requests_total{code="ok"} 1');
    expect(numbers).toContain('nomyo_router_kem_keys 2');
    expect((await http({ url: `${url}/metrics`, ca })).status).toBe(404);
    await router.printed(/"event":"request","request":"[0-9a-f]{32}","code":"ok"/u);
    expect(router.output()).not.toMatch(/chat|Hello|nk_|completions/u);
  });

  it('remembers as many requests as --replay-entries says, and is busy for more', async () => {
    await makeSigner();
    const model = await startModelServer();
    models.push(model);
    const { url } = await started('--upstream', model.url, '--replay-entries', '1');
    const first = await seal(await activeKey(url), { body: CHAT });
    expect((await post(url, first)).status).toBe(200);
    const second = await post(url, await seal(await activeKey(url), { body: CHAT }));
    expect([second.status, second.body.toString()]).toEqual([429, expect.stringContaining('busy')]);
    expect((await post(url, first)).status).toBe(200);
    expect(model.received).toHaveLength(1);
  });

  it('drains at SIGTERM: running requests finish, new ones are refused, the exit code is 0', async () => {
    await makeSigner();
    let finish: () => void = () => undefined;
    const model = await startModelServer((_, response) => {
      finish = () => response.setHeader('content-type', 'application/json').end(completion('late'));
    });
    models.push(model);
    const { router, url } = await started('--upstream', model.url);
    const message = await seal(await activeKey(url), { body: CHAT });
    const running = post(url, message);
    while (model.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    router.child.kill('SIGTERM');
    await router.printed(/"draining"/u);
    const refused = await http({ url: `${url}/v2/keys` }).catch(() => undefined);
    expect([undefined, 503]).toContain(refused?.status);
    finish();
    expect(open((await running).body, message).body).toContain('late');
    expect(await router.ended()).toBe(0);
  });

  it('stops waiting at a second SIGTERM: running requests are aborted, the exit code is 0', async () => {
    await makeSigner();
    const model = await startModelServer(() => undefined);
    models.push(model);
    const { router, url } = await started('--upstream', model.url);
    const message = await seal(await activeKey(url), { body: CHAT });
    const running = post(url, message).catch(() => undefined);
    while (model.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    router.child.kill('SIGTERM');
    await router.printed(/"draining"/u);
    router.child.kill('SIGTERM');
    expect(await router.ended()).toBe(0);
    const answer = await running;
    if (answer?.complete === true) expect(open(answer.body, message).status).not.toBe(200);
    await model.received[0]?.closed;
  });

  it.each([
    [[], /--upstream is missing/u],
    [['--upstream', 'ftp://x'], /--upstream must be an http: or https: URL/u],
    [['--upstream', 'http://u:p@x'], /must not hold credentials/u],
    [['--upstream', 'http://x/v1/chat/completions'], /must be the base URL alone/u],
    [['--upstream', 'http://x', '--tls-cert', 'x'], /--tls-cert needs --tls-key/u],
    [['--upstream', 'http://x', '--v1'], /--v1 needs --v1-key/u],
    [['--upstream', 'http://x', '--v1-key', 'x'], /--v1-key needs --v1/u],
    [['--upstream', 'http://x', '--peer-listen', '127.0.0.1:1'], /--peer-listen needs --redis/u],
    [['--upstream', 'http://x', '--redis', 'http://x'], /--redis must be a redis: or rediss: URL/u],
    [['--upstream', 'http://x', '--redis', 'redis://:pass@x'], /NOMYO_REDIS_URL/u],
    [['--upstream', 'http://x', '--api-keys', '/nowhere'], /--api-keys \/nowhere cannot be read: ENOENT/u],
    [['--upstream', 'http://x', '--replay-entries', '0'], /whole number from 1 to 16000000/u],
    [
      ['--upstream', 'http://x', '--redis', 'redis://x', '--replay-memory', '64'],
      /--replay-memory bounds the map of this process; with --redis set maxmemory there/u,
    ],
    [['--upstream', 'http://x', '--port', '70000'], /whole number from 0 to 65535/u],
    [['--upstream', 'http://x', '--nonsense'], /unknown option '--nonsense'/u],
  ])('%j is refused before it listens', async (args, message) => {
    await makeSigner();
    expect(await refusal(serve(...args))).toMatch(message);
  });

  it('refuses anything but a signer', async () => {
    await createRoot(at('signer.pem'));
    expect(await refusal(serve('--upstream', 'http://x'))).toMatch(/holds no delegation/u);
  });
});
