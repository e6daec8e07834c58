import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import winston from 'winston';
import { until } from '@nomyo/testkit';
import { createLockWarning } from '../src/call/call-memory.js';
import { createEmit } from '../src/events.js';
import { createSecureFetch } from '../src/fetch/index.js';
import type { LogEntry, Logger, NomyoEventName } from '../src/index.js';
import { cleanUp, client, later, posts, rejection, REQUEST, router, temporaryDirectory } from './support.js';

afterEach(cleanUp);

/** Every event, its level and all of its fields: what README.md says. */
const EVENTS: Readonly<Record<NomyoEventName, readonly [level: keyof Logger, ...fields: string[]]>> = {
  'nomyo:request': ['debug', 'durationMs', 'payloadId', 'requestBytes', 'responseBytes', 'securityTier'],
  'nomyo:retry': ['info', 'attempt', 'code', 'delayMs', 'payloadId'],
  'nomyo:request-failed': [
    'warn',
    'attempts',
    'code',
    'durationMs',
    'payloadId',
    'possiblyExecuted',
    'securityTier',
    'status',
  ],
  'nomyo:observer-failed': ['warn', 'code', 'payloadId'],
  'nomyo:memory-not-locked': ['info', 'bytes', 'reason'],
  'nomyo:server-key-changed': ['warn', 'current', 'previous'],
  'nomyo:server-key-unverified': ['warn', 'fingerprint'],
  'nomyo:key-loaded': ['debug', 'fingerprint'],
  'nomyo:key-generated': ['info', 'fingerprint'],
  'nomyo:key-rotated': ['info', 'current', 'previous'],
  'nomyo:rotation-failed': ['warn', 'code', 'path'],
  'nomyo:configuration-refresh-failed': ['warn', 'code'],
  'nomyo:fetch-failed': ['info', 'code', 'error', 'status'],
};
const NAMES = Object.keys(EVENTS) as NomyoEventName[];

interface Told {
  readonly level: keyof Logger;
  readonly entry: LogEntry;
}

function recorder(): { logger: Logger; told: Told[] } {
  const told: Told[] = [];
  const at =
    (level: keyof Logger) =>
    (entry: LogEntry): void =>
      void told.push({ level, entry });
  return { told, logger: { debug: at('debug'), info: at('info'), warn: at('warn') } };
}

/** The messages on `node:diagnostics_channel`, for the rest of the test. */
function diagnostics(): { name: string | symbol; fields: unknown }[] {
  const published: { name: string | symbol; fields: unknown }[] = [];
  const listen = (fields: unknown, name: string | symbol): void => void published.push({ name, fields });
  for (const name of NAMES) {
    subscribe(name, listen);
    later(() => void unsubscribe(name, listen));
  }
  return published;
}

/** Makes a client tell every event there is. */
async function provokeAll(logger: Logger, told: () => Iterable<string>): Promise<void> {
  const keyDir = join(temporaryDirectory(), 'keys');
  const to = await router({ fail: '503-seconds:0*1' });
  const options = { keyDir, logger, maxRetries: 1 };
  const first = client(to, options);
  await first.create({ ...REQUEST, security_tier: 'maximum' });
  await to.rotateKey();
  const stop = first.observe({ begin: () => ({ end: () => Promise.reject(new Error('of an observer')) }) });
  await first.create(REQUEST);
  stop();
  to.setFail('401');
  await rejection(first.create(REQUEST));
  to.setFail(undefined);
  first.dispose();
  const rotating = client(to, { ...options, keyRotationRequests: 1 });
  await rotating.create(REQUEST);
  await rotating.create(REQUEST);
  rotating.dispose();
  await createSecureFetch({ client: rotating, logger })('/v1/embeddings', { method: 'POST' });
  // As if the system allowed no more locks: here it may lock everything.
  createLockWarning({}, createEmit([logger]))(1);
  // As when a gateway is away while a key configuration has a quarter of its life left; test/v2 waits for that.
  createEmit([logger])({ message: 'nomyo:configuration-refresh-failed', code: 'CONNECTION_FAILED' });
  // The next pair finds no directory to go to.
  const failing = client(to, { ...options, keyRotationInterval: 500 });
  await failing.ready();
  rmSync(keyDir, { recursive: true });
  mkdirSync(join(keyDir, 'private_key.pem'), { recursive: true });
  await until(() => [...told()].includes('nomyo:rotation-failed'));
  expect(existsSync(keyDir)).toBe(true);
}

describe('events', () => {
  it('have the documented names, levels and fields, the same for loggers and diagnostics', async () => {
    const { logger, told } = recorder();
    const published = diagnostics();
    await provokeAll(logger, () => told.map(({ entry }) => entry.message));
    expect(new Set(told.map(({ entry }) => entry.message))).toEqual(new Set(NAMES));
    for (const { level, entry } of told) {
      const { message, ...fields } = entry;
      expect([message, level, ...Object.keys(fields).sort()]).toEqual([message, ...EVENTS[message]]);
    }
    expect(published).toEqual(told.map(({ entry: { message, ...fields } }) => ({ name: message, fields })));
  });

  it('survive a listener that throws or rejects, now or later', async () => {
    const to = await router();
    const throws = (): never => {
      throw new Error('of a listener');
    };
    const rejects = (): unknown => Promise.reject(new Error('of a listener'));
    const told: unknown[] = [];
    const note = (fields: unknown): unknown => told.push(fields);
    for (const listener of [throws, rejects, note]) {
      subscribe('nomyo:request', listener);
      later(() => void unsubscribe('nomyo:request', listener));
    }
    for (const spoil of [throws, rejects]) {
      const logger = { debug: spoil, info: spoil, warn: spoil } as unknown as Logger;
      await expect(client(to, { logger }).create(REQUEST)).resolves.toHaveProperty('choices');
    }
    // An unhandled rejection, or an error thrown in a microtask, would end the process, and the test with it.
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toHaveLength(2);
  });

  it('reach each listener separately: one that throws or changes an event does not affect others', async () => {
    const to = await router();
    const published = diagnostics();
    const spoil = (entry: object): never => {
      Object.assign(entry, { message: 'spoilt', payloadId: 'spoilt' });
      throw new Error('the disk of the logger is full');
    };
    const debug = jest.spyOn(console, 'debug').mockImplementation(spoil);
    const info = jest.spyOn(console, 'info').mockImplementation(spoil);
    later(() => {
      debug.mockRestore();
      info.mockRestore();
    });
    const { logger, told } = recorder();
    await client(to, { debug: true, logger }).create(REQUEST);
    expect(debug).toHaveBeenCalled();
    // Whether memory is locked depends on the machine.
    const messages = told.map(({ entry }) => entry.message).filter((it) => it !== 'nomyo:memory-not-locked');
    expect(messages).toEqual(['nomyo:key-generated', 'nomyo:request']);
    expect(JSON.stringify([told, published])).not.toContain('spoilt');
  });
});

describe('a logger of the field', () => {
  it('pino fits without an adapter', async () => {
    const to = await router();
    const stream = new PassThrough();
    await client(to, { logger: pino({ level: 'debug' }, stream) }).create(REQUEST);
    const lines = String(stream.read())
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    const payloadId = posts(to)[0]?.headers['x-payload-id'];
    expect(lines).toContainEqual(expect.objectContaining({ level: 20, message: 'nomyo:request', payloadId }));
    expect(lines).toContainEqual(expect.objectContaining({ level: 30, message: 'nomyo:key-generated' }));
  });

  it('winston fits without an adapter', async () => {
    const to = await router();
    const entries: unknown[] = [];
    const logger = winston.createLogger({ level: 'debug' });
    logger.pipe(new PassThrough({ objectMode: true }).on('data', (entry) => entries.push(entry)));
    await client(to, { logger }).create(REQUEST);
    const payloadId = posts(to)[0]?.headers['x-payload-id'];
    const request = { level: 'debug', message: 'nomyo:request', payloadId };
    expect(entries).toContainEqual(expect.objectContaining(request));
    expect(entries).toContainEqual(
      expect.objectContaining({ level: 'info', message: 'nomyo:key-generated' }),
    );
  });

  it('console fits, and is what debug: true uses', async () => {
    const to = await router();
    const debug = jest.spyOn(console, 'debug').mockImplementation(() => undefined);
    const info = jest.spyOn(console, 'info').mockImplementation(() => undefined);
    later(() => {
      debug.mockRestore();
      info.mockRestore();
    });
    await client(to, { logger: console }).create(REQUEST);
    await client(to, { debug: true }).create(REQUEST);
    const requests = debug.mock.calls.filter(([entry]) => JSON.stringify(entry).includes('nomyo:request'));
    expect(requests).toHaveLength(2);
    const made = info.mock.calls.filter((call) => JSON.stringify(call).includes('key-generated'));
    expect(made).toHaveLength(2);
  });
});
