/** Redis, as the commands of a fleet reach it. What it says is never repeated: it can quote a URL, and a password. */
import { rootCertificates } from 'node:tls';
import { isObject } from '@nomyo/base';
import { Option } from 'commander';
import type { Redis } from 'ioredis';
import { readText } from '../../io/file.js';
import type { Context } from '../../context.js';
import { CommandFailed, EXIT, UsageError } from '../../exit/codes.js';
import type { Flags } from '../../settings/resolve.js';
import { readSecret } from '../../settings/secrets.js';
import { flagName } from '../../settings/table.js';
import { OF_A_QUEUE } from './options.js';

/** As ioredis takes it. */
interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: { readonly ca?: string[] };
  readonly maxRetriesPerRequest: null;
  readonly retryStrategy: (times: number) => number;
}

/** Where the queue is, checked. */
export interface QueuePlace {
  readonly options: RedisAddress;
  /** Stands before every key, with a colon. */
  readonly prefix: string;
}

const DEFAULT_PREFIX = 'nomyo';
const DEFAULT_PORT = 6379;
const PREFIX = /^[\w.-]{1,64}$/u;

/** How long Redis is waited for at the start, and longest between two tries later, in ms. */
const CONNECT_MS = 10_000;
const MAX_RETRY_MS = 2_000;

/** @returns `undefined` without --queue  @throws {UsageError} */
export async function queuePlace({ flags, env, settings, output }: Context): Promise<QueuePlace | undefined> {
  const given = text(flags['queue']) ?? env['NOMYO_QUEUE'];
  if (given === undefined || given === '') {
    refuseQueueFlags(flags);
    return undefined;
  }
  const url = parse(given);
  if (url.password !== '' && flags['queue'] !== undefined) {
    output.warn('nomyo: others can see the password in --queue; use NOMYO_QUEUE or --queue-password-file');
  }
  const ca = settings.tlsCa === undefined ? undefined : await readText(settings.tlsCa, '--tls-ca');
  return { options: optionsOf(url, passwordOf(url, flags), ca), prefix: prefixOf(flags) };
}

function parse(given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isRedis = url !== undefined && ['redis:', 'rediss:'].includes(url.protocol) && url.hostname !== '';
  if (isRedis && /^\/?\d{0,5}$/u.test(url.pathname) && url.search === '' && url.hash === '') return url;
  throw new UsageError('--queue must be redis://[USER@]HOST[:PORT][/DATABASE], or rediss:// for TLS');
}

function passwordOf(url: URL, flags: Flags): string | undefined {
  const file = text(flags['queuePasswordFile']);
  if (file !== undefined) return readSecret(file, '--queue-password-file');
  return decoded(url.password);
}

function optionsOf(url: URL, password: string | undefined, ca: string | undefined): RedisAddress {
  const isSecure = url.protocol === 'rediss:';
  const username = decoded(url.username);
  const trust = ca === undefined ? {} : { ca: [...rootCertificates, ca] };
  return {
    host: url.hostname.replace(/^\[|\]$/gu, ''),
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    db: Number(url.pathname.slice(1)),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(isSecure ? { tls: trust } : {}),
    // Whatever happens to Redis, commands wait until it is there again.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(times * 100, MAX_RETRY_MS),
  };
}

/** @returns `undefined` for an empty part  @throws {UsageError} which does not repeat it */
function decoded(part: string): string | undefined {
  try {
    return part === '' ? undefined : decodeURIComponent(part);
  } catch {
    throw new UsageError('--queue: a % in the user or the password must be written as %25');
  }
}

/** @throws {UsageError} */
function prefixOf(flags: Flags): string {
  const prefix = text(flags['queuePrefix']) ?? DEFAULT_PREFIX;
  if (PREFIX.test(prefix)) return prefix;
  throw new UsageError('--queue-prefix must be letters, digits, dots, dashes and underscores, at most 64');
}

/**
 * A connection that is there.
 *
 * @throws {CommandFailed} when Redis cannot be reached, or refuses the login
 */
export async function connect({ options }: QueuePlace): Promise<Redis> {
  const { Redis: Connection } = await import('ioredis');
  const redis = new Connection({ ...options, lazyConnect: true });
  let trouble: unknown;
  redis.on('error', (error: unknown) => {
    trouble = error;
  });
  const late = setTimeout(() => redis.disconnect(), CONNECT_MS);
  try {
    await redis.connect();
    await redis.ping();
    return redis;
  } catch (error) {
    redis.disconnect();
    throw new CommandFailed(`--queue: ${reasonOf(trouble ?? error)}`, EXIT.connection);
  } finally {
    clearTimeout(late);
  }
}

/** Errors of Node about a certificate, and of Redis about a user. */
const CERTIFICATE = /CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/u;
const REFUSAL = /^(NOAUTH|WRONGPASS|NOPERM)/u;

function reasonOf(error: unknown): string {
  const { code, message } = isObject(error) ? error : {};
  if (CERTIFICATE.test(String(code))) {
    return 'the certificate of Redis is not trusted, or not of this host; name its authority with --tls-ca';
  }
  return REFUSAL.test(String(message)) ? 'Redis refuses the user or the password' : 'Redis cannot be reached';
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** @throws {UsageError} on a flag that has no effect without a queue */
function refuseQueueFlags(flags: Flags): void {
  const unused = OF_A_QUEUE.find(({ flag }) => flags[new Option(flag).attributeName()] !== undefined);
  if (unused !== undefined) {
    throw new UsageError(`${flagName(unused)} belongs to a queue: name it with --queue`);
  }
}
