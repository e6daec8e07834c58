import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IndependentClient } from '../independent-client.js';
import { HELLO } from '../support.js';
import { useRouterProcesses } from '../../processes.js';

const run = useRouterProcesses('main.js');

const FAST = ['--port', '0', '--key-size', '2048'] as const;
const URL_LINE = /URL +(?<url>https?:\S+)/u;

let dir = '';
const inDir = (name: string): string => join(dir, name);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'nomyo-router-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('the command', () => {
  it('serves over HTTPS with a certificate trusted through --cert-file, and ends with SIGTERM', async () => {
    const ca = inDir('ca.pem');
    const router = run([...FAST, '--tls', '--cert-file', ca, '--prefix', '/eu']);
    const url = (await router.printed(URL_LINE)).groups?.['url'] ?? '';
    await router.printed(/await client\.create/u);
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/eu$/u);
    expect(router.output()).toMatch(/key +sha256\/[A-Za-z0-9+/]{43}=\n/u);
    expect(router.output()).toContain(`tls: { ca: readFileSync(${JSON.stringify(ca)}) }`);
    const client = new IndependentClient({ url, ca: readFileSync(ca, 'utf8') });
    expect(await client.complete(HELLO)).toMatchObject({ object: 'chat.completion' });
    router.child.kill('SIGTERM');
    expect(await router.ended()).toBe(0);
  });

  it('ends with SIGINT while a request is under way', async () => {
    const router = run([...FAST, '--fail', 'never']);
    const url = (await router.printed(URL_LINE)).groups?.['url'] ?? '';
    const call = expect(new IndependentClient({ url }).send(HELLO)).rejects.toThrow(
      /hang up|ECONNRESET|ECONNREFUSED/u,
    );
    await router.printed(/GET \/pki\/public_key 200/u);
    // The POST has arrived, or arrives at a closed port: either way its sender learns of the end.
    router.child.kill('SIGINT');
    expect(await router.ended()).toBe(0);
    await call;
  });

  it('keeps its key in a file readable only by its owner', async () => {
    const keyFile = inDir('router.pem');
    const fingerprint = async (): Promise<string | undefined> => {
      const router = run([...FAST, '--key-file', keyFile]);
      const [, found] = await router.printed(/key +(sha256\/\S+)/u);
      router.child.kill('SIGTERM');
      await router.ended();
      return found;
    };
    const first = await fingerprint();
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(keyFile, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/u);
    expect(await fingerprint()).toBe(first);
  });

  it.each([
    ['that others can read', (path: string) => chmodSync(path, 0o644), 2, /chmod 600/u],
    ['that holds no key', (path: string) => writeFileSync(path, 'no key'), 1, /PEM/u],
  ])('refuses a key file %s', async (_what, spoil, code, message) => {
    const keyFile = inDir('router.pem');
    writeFileSync(keyFile, '-----BEGIN PRIVATE KEY-----\n', { mode: 0o600 });
    spoil(keyFile);
    const before = readFileSync(keyFile, 'utf8');
    const router = run([...FAST, '--key-file', keyFile]);
    expect(await router.ended()).toBe(code);
    expect(router.output()).toMatch(message);
    expect(readFileSync(keyFile, 'utf8')).toBe(before);
  });

  it.each([
    [['--key-file', '/nonexistent/router.pem', '--key-size', '2048'], 2, /--key-file .* ENOENT/u],
    [['--tls', '--cert-file', '/nonexistent/ca.pem', ...FAST], 2, /--cert-file .* cannot be written/u],
    [['--bogus'], 2, /--bogus/u],
    [['--api-key', 'two words'], 2, /apiKeys/u],
    [['--upstream', 'nonsense'], 2, /upstream must be an http: or https: URL/u],
  ])('%j ends with %d', async (args, code, message) => {
    const router = run(args);
    expect(await router.ended()).toBe(code);
    expect(router.output()).toMatch(message);
    expect(router.output()).not.toMatch(/\n +at /u);
  });

  it('says that the port is in use', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as AddressInfo;
    const router = run(['--port', String(port), '--key-size', '2048']);
    expect(await router.ended()).toBe(1);
    expect(router.output()).toMatch(/EADDRINUSE/u);
    blocker.close();
  });

  it('prints help and version', async () => {
    const [help, version] = [run(['--help']), run(['--version'])];
    expect([await help.ended(), await version.ended()]).toEqual([0, 0]);
    expect(help.output()).toContain('--upstream URL');
    expect(version.output()).toMatch(/^@nomyo\/router \d+\.\d+\.\d+, protocol version 1\n$/u);
  });
});

describe('the log', () => {
  it('has one line per request, without content or keys', async () => {
    const router = run([...FAST, '--api-key', 'KEY-marker-1'], { NOMYO_ROUTER_API_KEYS: 'KEY-marker-2' });
    const url = (await router.printed(URL_LINE)).groups?.['url'] ?? '';
    const client = new IndependentClient({ url, apiKey: 'KEY-marker-2', tier: 'high' });
    const payload = { model: 'MODEL-marker', messages: [{ role: 'user', content: 'PROMPT-marker' }] };
    expect(JSON.stringify(await client.complete(payload))).toContain('PROMPT-marker');
    expect((await client.send({ model: 'MODEL-marker', n: 'PROMPT-marker' })).status).toBe(400);
    expect((await client.send(payload, { authorization: 'Bearer KEY-marker-3' })).status).toBe(401);
    expect((await client.send(payload, { 'x-payload-id': 'HEADER-marker, a space' })).status).toBe(400);
    await router.printed(/(?:POST[^\n]*\n[^]*){4}/u);
    const log = router.output();
    expect(log).not.toMatch(/marker/iu);
    expect(log).toMatch(
      /^\d{4}-[\d-]+T[\d:.]+Z #\d+ POST \/v1\/chat\/secure_completion 200 \d+ ms in=\d+ out=\d+ tier=high id=[\da-f-]{36}$/mu,
    );
    expect(log).toMatch(/ POST \S+ 401 \d+ ms in=\d+ out=\d+ tier=high id=/u);
    expect(log).toMatch(/ 400 \d+ ms .* id=-$/mu);
  });

  it('has no query strings and no endless paths', async () => {
    const router = run([...FAST]);
    const url = (await router.printed(URL_LINE)).groups?.['url'] ?? '';
    await fetch(`${url}/${'a'.repeat(5000)}?token=QUERY-marker`);
    const [line] = await router.printed(/^.* 404 .*$/mu);
    expect(line).not.toContain('QUERY-marker');
    expect(line.length).toBeLessThan(250);
  });
});
