import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SecurityError } from '@nomyo/base';
import { RsaPublicKey, type RsaPrivateKey } from '@nomyo/crypto';
import { KeyAgent } from '../../examples/key-agent/agent.js';
import { AgentKeySource } from '../../examples/key-agent/agent-key-source.js';
import { KeyAgentError } from '../../examples/key-agent/errors.js';
import {
  encodeFrame,
  FrameReader,
  KIND,
  MAX_BODY_BYTES,
  type Frame,
} from '../../examples/key-agent/frames.js';
import { cleanUp, later, rejection, temporaryDirectory } from '../support.js';
import { keySourceOf, knownKey } from './keys.js';

afterEach(cleanUp);

let keys: RsaPrivateKey;
beforeAll(async () => {
  keys = await keySourceOf(knownKey());
});

const SECRET = Buffer.alloc(32, 0x5a);

async function agentAt(socketPath: string, key = keys): Promise<KeyAgent> {
  const agent = await KeyAgent.listen(key, socketPath);
  later(() => agent.close());
  return agent;
}

async function sourceAt(socketPath: string, timeout = 5000): Promise<AgentKeySource> {
  const source = await AgentKeySource.connect(socketPath, { timeout });
  later(() => source.dispose());
  return source;
}

/** A fresh path in a directory that the agent is to make. */
const place = (): string => join(temporaryDirectory(), 'agent', 'socket');

const wrapped = async (): Promise<Uint8Array> =>
  keys.publicKey.wrap(new Uint8Array(Uint8Array.from(SECRET).buffer));

/** The agent's reply to a stranger's bytes until it hangs up, or within half a second. */
async function talk(
  socketPath: string,
  ...pieces: readonly Uint8Array[]
): Promise<{ frames: Frame[]; closed: boolean }> {
  const reader = new FrameReader();
  const frames: Frame[] = [];
  const socket = connect(socketPath);
  let closed = false;
  socket.on('data', (piece) => frames.push(...reader.push(piece)));
  socket.on('error', () => undefined);
  const ended = new Promise<void>((resolve) =>
    socket.once('close', () => {
      closed = true;
      resolve();
    }),
  );
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 500))]);
  const before = closed;
  socket.destroy();
  return { frames, closed: before };
}

describe('an agent and its client', () => {
  it('agree on the public key and unwrap', async () => {
    const path = place();
    await agentAt(path);
    const source = await sourceAt(path);
    expect(source.publicKey).toBeInstanceOf(RsaPublicKey);
    expect(source.publicKey.fingerprint).toBe(keys.publicKey.fingerprint);
    expect(Buffer.from(await source.unwrap(await wrapped()))).toEqual(SECRET);
  });

  it('keep 200 unwraps at once apart, over one connection', async () => {
    const path = place();
    await agentAt(path);
    const source = await sourceAt(path);
    const secrets = Array.from({ length: 200 }, (_, i) => {
      const secret = new Uint8Array(new ArrayBuffer(32)).fill(7);
      new DataView(secret.buffer).setUint32(0, i);
      return secret;
    });
    const blocks = await Promise.all(secrets.map((secret) => keys.publicKey.wrap(secret)));
    const opened = await Promise.all(blocks.map((block) => source.unwrap(block)));
    expect(opened.map((bytes) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0))).toEqual(
      secrets.map((_, i) => i),
    );
  });

  it('answer DECRYPTION_FAILED, and nothing more, to a block of another key, of another length, and to none', async () => {
    const path = place();
    await agentAt(path);
    const source = await sourceAt(path);
    const block = await wrapped();
    const others = [Uint8Array.from(block, (byte) => byte ^ 1), block.subarray(1), new Uint8Array(0)];
    const errors = await Promise.all(others.map((other) => rejection(source.unwrap(other))));
    for (const error of errors) {
      expect(error).toBeInstanceOf(SecurityError);
      expect(error).toMatchObject({
        code: 'DECRYPTION_FAILED',
        message: 'the envelope cannot be opened with this key',
      });
    }
    expect(Buffer.from(await source.unwrap(block))).toEqual(SECRET);
  });
});

describe('the socket', () => {
  it('is 0600 in a directory of 0700, and gone after close()', async () => {
    const path = place();
    const agent = await agentAt(path);
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
    expect(lstatSync(join(path, '..')).mode & 0o777).toBe(0o700);
    await agent.close();
    expect(existsSync(path)).toBe(false);
  });

  it.each([0o755, 0o770, 0o701])('is not made in a directory of mode %o', async (mode) => {
    const directory = join(temporaryDirectory(), 'open');
    mkdirSync(directory);
    chmodSync(directory, mode);
    const error = await rejection(KeyAgent.listen(keys, join(directory, 'socket')));
    expect(error).toMatchObject({ name: 'SecurityError', code: 'KEY_FILE_PERMISSIONS' });
    expect((error as Error).message).toContain(directory);
  });

  it('is not made in a directory behind a symbolic link', async () => {
    const real = join(temporaryDirectory(), 'real');
    mkdirSync(real, { mode: 0o700 });
    symlinkSync(real, `${real}-link`);
    const error = await rejection(KeyAgent.listen(keys, join(`${real}-link`, 'socket')));
    expect(error).toMatchObject({ code: 'KEY_FILE_PERMISSIONS' });
  });

  it('is not trusted by a client when other users could have put it there', async () => {
    const path = place();
    await agentAt(path);
    chmodSync(join(path, '..'), 0o777);
    expect(await rejection(AgentKeySource.connect(path))).toMatchObject({ code: 'KEY_FILE_PERMISSIONS' });
  });

  it('is not trusted when it is a file', async () => {
    const path = place();
    mkdirSync(join(path, '..'), { mode: 0o700 });
    writeFileSync(path, '');
    expect(await rejection(AgentKeySource.connect(path))).toMatchObject({ code: 'KEY_FILE_PERMISSIONS' });
  });

  it('cannot be reached by another user, by its directory and by its own mode', async () => {
    const path = place();
    await agentAt(path);
    chmodSync(join(path, '..', '..'), 0o755);
    expect(connectAs(NOBODY, path)).toBe(process.getuid?.() === 0 ? 'EACCES' : 'cannot be tried');
    // Opening up the directory later does not open up the socket.
    chmodSync(join(path, '..'), 0o755);
    expect(connectAs(NOBODY, path)).toBe(process.getuid?.() === 0 ? 'EACCES' : 'cannot be tried');
    expect(connectAs(process.getuid?.() ?? 0, path)).toBe('connected');
  });

  it('of a live agent is not taken over, but that of a dead one is', async () => {
    const path = place();
    await agentAt(path);
    expect(await rejection(KeyAgent.listen(keys, path))).toBeInstanceOf(KeyAgentError);
    expect(Buffer.from(await (await sourceAt(path)).unwrap(await wrapped()))).toEqual(SECRET);
    const stale = place();
    deadSocket(stale);
    await agentAt(stale);
    expect((await sourceAt(stale)).publicKey.fingerprint).toBe(keys.publicKey.fingerprint);
  });
});

/** An account without rights. */
const NOBODY = 65_534;

/** The reply to a process of this user that connects; only root can start one of another user. */
function connectAs(uid: number, path: string): string {
  const program = `const socket = require('net').connect(process.argv[1]);
    socket.on('connect', () => { console.log('connected'); socket.destroy(); });
    socket.on('error', ({ code }) => console.log(code));`;
  const { stdout, error } = spawnSync(process.execPath, ['-e', program, path], {
    ...(uid === process.getuid?.() ? {} : { uid, gid: uid }),
    cwd: '/',
    encoding: 'utf8',
  });
  return error === undefined ? stdout.trim() : 'cannot be tried';
}

/** Leaves a dead socket behind, as kill -9 does. */
function deadSocket(path: string): void {
  mkdirSync(join(path, '..'), { mode: 0o700 });
  const program = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', program, path]);
  expect(lstatSync(path).isSocket()).toBe(true);
}

describe('a client', () => {
  it('gets a KeyAgentError when there is no agent, or none at the socket', async () => {
    expect(await rejection(AgentKeySource.connect(place()))).toBeInstanceOf(KeyAgentError);
    const stale = place();
    deadSocket(stale);
    expect(await rejection(AgentKeySource.connect(stale))).toBeInstanceOf(KeyAgentError);
  });

  it('gets one when the agent goes away, and reconnects when it is back', async () => {
    const path = place();
    const first = await agentAt(path);
    const source = await sourceAt(path);
    await first.close();
    const error = await rejection(source.unwrap(await wrapped()));
    expect(error).toBeInstanceOf(KeyAgentError);
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED' });
    await agentAt(path);
    expect(Buffer.from(await source.unwrap(await wrapped()))).toEqual(SECRET);
  });

  it('gets one for every unwrap under way when the agent goes away', async () => {
    const path = place();
    const never = new Promise<Uint8Array>(() => undefined);
    const agent = await KeyAgent.listen({ publicKey: keys.publicKey, unwrap: () => never }, path);
    const source = await sourceAt(path);
    const calls = [1, 2, 3].map(() => rejection(source.unwrap(new Uint8Array(256))));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await agent.close();
    for (const error of await Promise.all(calls)) expect(error).toBeInstanceOf(KeyAgentError);
  });

  it('refuses an agent that is back with another key', async () => {
    const path = place();
    const first = await agentAt(path);
    const source = await sourceAt(path);
    await first.close();
    await agentAt(path, await keySourceOf(knownKey()));
    const error = await rejection(source.unwrap(await wrapped()));
    expect(error).toBeInstanceOf(KeyAgentError);
    expect((error as Error).message).toContain('another key');
  });

  it('ends with the reason of its signal, at once and midway, and keeps working', async () => {
    const path = place();
    let release: (() => void) | undefined;
    const slow = {
      publicKey: keys.publicKey,
      unwrap: async (block: Uint8Array) => {
        await new Promise<void>((resolve) => (release = resolve));
        return keys.unwrap(block);
      },
    };
    const agent = await KeyAgent.listen(slow, path);
    later(() => agent.close());
    const source = await sourceAt(path);
    const reason = new Error('no longer wanted');
    expect(await rejection(source.unwrap(await wrapped(), AbortSignal.abort(reason)))).toBe(reason);
    const controller = new AbortController();
    const call = rejection(source.unwrap(await wrapped(), controller.signal));
    await new Promise((resolve) => setTimeout(resolve, 50));
    controller.abort(reason);
    expect(await call).toBe(reason);
    release?.();
    const next = source.unwrap(await wrapped());
    await new Promise((resolve) => setTimeout(resolve, 50));
    release?.();
    expect(Buffer.from(await next)).toEqual(SECRET);
  });

  it('gets a KeyAgentError when no answer arrives in time', async () => {
    const path = place();
    const never = new Promise<Uint8Array>(() => undefined);
    const agent = await KeyAgent.listen({ publicKey: keys.publicKey, unwrap: () => never }, path);
    later(() => agent.close());
    const source = await sourceAt(path, 200);
    expect(await rejection(source.unwrap(new Uint8Array(256)))).toMatchObject({
      name: 'KeyAgentError',
      message: 'the key agent does not answer',
    });
  });

  it('refuses to work after dispose()', async () => {
    const path = place();
    await agentAt(path);
    const source = await sourceAt(path);
    source.dispose();
    source.dispose();
    expect(await rejection(source.unwrap(await wrapped()))).toBeInstanceOf(KeyAgentError);
  });

  it.each([
    ['HTTP', Buffer.from('HTTP/1.1 200 OK\r\n\r\n')],
    ['a frame of another kind', encodeFrame({ kind: 0x44, id: 1, body: new Uint8Array(4) })],
    ['a refusal', encodeFrame({ kind: KIND.refused, id: 1, body: Uint8Array.of(2) })],
    ['a public key that is none', encodeFrame({ kind: KIND.publicKey, id: 1, body: new Uint8Array(300) })],
  ])('refuses what answers with %s', async (_what, answer) => {
    const path = place();
    mkdirSync(join(path, '..'), { mode: 0o700 });
    const server: Server = createServer((socket) => void socket.end(answer));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    later(() => void server.close());
    const error = await rejection(AgentKeySource.connect(path, { timeout: 2000 }));
    expect([KeyAgentError, SecurityError]).toContain((error as Error).constructor);
  });
});

describe('an agent under attack', () => {
  const hello = encodeFrame({ kind: KIND.hello, id: 9, body: Uint8Array.of(1) });

  it('reads a frame that arrives byte by byte', async () => {
    const path = place();
    await agentAt(path);
    const pieces = Array.from(encodeFrame({ kind: KIND.hello, id: 9, body: Uint8Array.of(1) }), (byte) =>
      Uint8Array.of(byte),
    );
    const { frames, closed } = await talk(path, ...pieces);
    expect(frames.map(({ kind, id }) => [kind, id])).toEqual([[KIND.publicKey, 9]]);
    expect(closed).toBe(false);
  });

  it.each([
    ['a length of 4 GB', Uint8Array.of(0xff, 0xff, 0xff, 0xff)],
    ['a length just over the limit', lengthOf(MAX_BODY_BYTES + 6)],
    ['a length of 0', lengthOf(0)],
    ['a length of 4', lengthOf(4)],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ])('hangs up on %s', async (_what, bytes) => {
    const path = place();
    await agentAt(path);
    expect(await talk(path, bytes)).toEqual({ frames: [], closed: true });
    expect(await talk(path, Uint8Array.from(hello))).toMatchObject({ frames: [{ kind: KIND.publicKey }] });
  });

  it.each([
    ['another version', { kind: KIND.hello, id: 3, body: Uint8Array.of(2) }],
    ['another kind', { kind: 0x33, id: 3, body: new Uint8Array(0) }],
    ['an answer in place of a request', { kind: KIND.unwrapped, id: 3, body: new Uint8Array(32) }],
  ])('refuses %s', async (_what, frame) => {
    const path = place();
    await agentAt(path);
    const { frames } = await talk(path, encodeFrame(frame));
    expect(frames.map(({ kind, id, body }) => [kind, id, [...body]])).toEqual([[KIND.refused, 3, [2]]]);
  });

  it('serves others while one client never reads and one stops in mid-frame', async () => {
    const path = place();
    await agentAt(path);
    const block = await wrapped();
    const greedy = connect(path);
    greedy.pause();
    greedy.on('error', () => undefined);
    later(() => void greedy.destroy());
    for (let id = 0; id < 2000; id += 1) greedy.write(encodeFrame({ kind: KIND.unwrap, id, body: block }));
    const slow = connect(path);
    later(() => void slow.destroy());
    slow.write(lengthOf(300));
    const source = await sourceAt(path, 20_000);
    expect(Buffer.from(await source.unwrap(block))).toEqual(SECRET);
  });
});

function lengthOf(length: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, length);
  return bytes;
}
