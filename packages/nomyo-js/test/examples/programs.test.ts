import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { countInProcess } from '@nomyo/testkit';
import type { Router } from '@nomyo/router/testing';
import { cleanUp, header, later, posts, router, temporaryDirectory } from '../support.js';
import { knownKey, type KnownKey } from './keys.js';
import { startKms } from './kms-stand-in.js';
import { compileExamples, start, type Program } from './programs.js';

afterEach(cleanUp);

let examples = '';
beforeAll(() => {
  examples = compileExamples();
}, 120_000);

interface Place {
  readonly socket: string;
  readonly keyDir: string;
  readonly key: KnownKey;
}

/** A directory with a key whose numbers the test knows. */
function placeWithKey(): Place {
  const directory = temporaryDirectory();
  const keyDir = join(directory, 'keys');
  const key = knownKey();
  mkdirSync(keyDir, { mode: 0o700 });
  writeFileSync(join(keyDir, 'private_key.pem'), key.privateKey.export({ type: 'pkcs8', format: 'pem' }), {
    mode: 0o600,
  });
  writeFileSync(join(keyDir, 'public_key.pem'), key.publicKey.export({ type: 'spki', format: 'pem' }));
  return { socket: join(directory, 'run', 'agent'), keyDir, key };
}

/** Environment of a program that is to find and trust a router. */
function wayTo({ url, ca = '' }: Router): Record<string, string> {
  const trust = join(temporaryDirectory(), 'ca.pem');
  writeFileSync(trust, ca);
  return { NOMYO_BASE_URL: url, NODE_EXTRA_CA_CERTS: trust };
}

async function startAgent({ socket, keyDir }: Omit<Place, 'key'>, ...args: string[]): Promise<Program> {
  const agent = start(join(examples, 'key-agent/agent-main.js'), [
    '--socket',
    socket,
    '--key-dir',
    keyDir,
    ...args,
  ]);
  await agent.printed('listening on');
  return agent;
}

/** The secret numbers of a key as they are in memory: big-endian as in DER, little-endian as OpenSSL's numbers. */
function numbersOf({ privateKey }: KnownKey): Record<string, Uint8Array> {
  const { p = '', q = '', d = '' } = privateKey.export({ format: 'jwk' });
  const needles = Object.entries({ p, q, d }).flatMap(([name, base64]) => {
    // A part of 32 bytes is enough to know a number by, and is found where its ends were overwritten.
    const number = Buffer.from(base64, 'base64url').subarray(32, 64);
    return [
      [`${name} big-endian`, number] as const,
      [`${name} little-endian`, Buffer.from(number).reverse()] as const,
    ];
  });
  return Object.fromEntries(needles);
}

describe('the key agent as a process', () => {
  it('opens answers for an application whose memory never holds the private key', async () => {
    const place = placeWithKey();
    const agent = await startAgent(place);
    const to = await router();
    const application = join(examples, 'key-agent/main.js');
    const app = start(application, ['--socket', place.socket, '--wait', 'Who holds the key?'], wayTo(to));
    await app.printed('Who holds the key?');
    expect(decodeURIComponent(header(posts(to)[0], 'x-public-key'))).toBe(
      place.key.publicKey.export({ type: 'spki', format: 'pem' }),
    );

    const needles = numbersOf(place.key);
    const inAgent = countInProcess(agent.pid, needles);
    // The scanner sees: what it must not find in the one process is in the other.
    expect((inAgent['p little-endian'] ?? 0) + (inAgent['q little-endian'] ?? 0)).toBeGreaterThan(0);
    const modulus = Buffer.from(
      String(place.key.publicKey.export({ format: 'jwk' }).n),
      'base64url',
    ).subarray(32, 64);
    const inApp = countInProcess(app.pid, { ...needles, modulus: Buffer.from(modulus).reverse() });
    expect(inApp['modulus']).toBeGreaterThan(0);
    const { modulus: _public, ...secrets } = inApp;
    expect(secrets).toEqual(Object.fromEntries(Object.keys(needles).map((name) => [name, 0])));

    app.process.stdin.end();
    expect(await app.ended).toBe(0);
    agent.process.kill('SIGTERM');
    expect(await agent.ended).toBe(0);
  }, 60_000);

  it('makes its pair, opens it with a password from a file, and keeps it over kill -9', async () => {
    const directory = temporaryDirectory();
    const place = { socket: join(directory, 'run', 'agent'), keyDir: join(directory, 'keys') };
    const passwordFile = join(directory, 'password');
    writeFileSync(passwordFile, 'correct horse battery\n', { mode: 0o600 });
    const first = await startAgent(place, '--password-file', passwordFile);
    const listening = first.output();
    expect(listening).toMatch(/^listening on \S+ with sha256\/\S+\n$/);
    first.process.kill('SIGKILL');
    await first.ended;
    const second = await startAgent(place, '--password-file', passwordFile);
    expect(second.output()).toBe(listening);
  }, 60_000);

  it('ends with the reason when others could use its socket', async () => {
    const place = placeWithKey();
    mkdirSync(join(place.socket, '..'));
    chmodSync(join(place.socket, '..'), 0o755);
    const agent = start(join(examples, 'key-agent/agent-main.js'), [
      '--socket',
      place.socket,
      '--key-dir',
      place.keyDir,
    ]);
    expect(await agent.ended).toBe(1);
    expect(agent.output()).toContain('KEY_FILE_PERMISSIONS');
    expect(agent.output()).toContain('chmod 700');
  }, 30_000);
});

describe('the program for AWS KMS', () => {
  it('asks its question with a key that KMS holds', async () => {
    const kms = await startKms();
    later(() => kms.close());
    const environment = {
      ...wayTo(await router()),
      AWS_ENDPOINT_URL_KMS: kms.url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'of-no-account',
    };
    const program = start(join(examples, 'aws-kms/main.js'), [kms.keyId, 'Where is the key?'], environment);
    expect(await program.ended).toBe(0);
    expect(program.output()).toContain('Where is the key?');
    expect(kms.requests.map(({ target }) => target)).toEqual([
      'TrentService.GetPublicKey',
      'TrentService.Decrypt',
    ]);
  }, 30_000);
});
