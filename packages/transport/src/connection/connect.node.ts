/** Makes connections. They are handed out only once they are established and, with TLS, every check has passed. */
import { abortable, type AbortSignalLike, LightAbortController, SecurityError, sleep } from '@nomyo/base';
import dns from 'node:dns';
import { once } from 'node:events';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { isLoopbackAddress } from '../policy/address.js';
import type { TlsSettings } from './tls.node.js';

/** The destination of a connection. */
export interface Address {
  /** A name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Head start of each address before the next one is tried in parallel, in ms (RFC 8305 §8). */
const ATTEMPT_DELAY_MS = 250;

/** The reason for ending an attempt when another one was faster. */
const NOT_NEEDED = new Error('another address was faster');

/** Errors that say little about the host: this machine just cannot use that family of addresses. */
const NO_ROUTE: readonly unknown[] = ['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'];

/**
 * Connects to the first address of a name that answers. They are tried one after the other, and none is abandoned until
 * another one is connected (RFC 8305). Node itself abandons each after a quarter of a second, too soon for a host that
 * is far away.
 *
 * @param settings.onlyLoopback refuses all other addresses
 * @throws Node's error, or the signal's reason; the sockets are then destroyed
 * @throws {SecurityError} `INSECURE_URL`
 */
export async function connectTcp(
  { host, port }: Address,
  signal: AbortSignalLike,
  { onlyLoopback = false }: { readonly onlyLoopback?: boolean } = {},
): Promise<net.Socket> {
  const addresses = await lookUp(host, signal);
  const remote = onlyLoopback ? addresses.find((address) => !isLoopbackAddress(address)) : undefined;
  if (remote !== undefined) throw notLoopback(host, remote);
  const [first, ...others] = addresses;
  if (first !== undefined && others.length > 0) return fastest(addresses, port, signal);
  return open(first ?? host, port, signal);
}

/**
 * Connects with TLS.
 *
 * @param over an open connection to use instead of a new one
 * @throws Node's error, that of `checkServerIdentity`, or the signal's reason; the socket is then destroyed
 */
export async function connectTls(
  { host, port }: Address,
  settings: TlsSettings,
  signal: AbortSignalLike,
  over?: net.Socket,
): Promise<net.Socket> {
  const servername = settings.servername ?? (net.isIP(host) === 0 ? host : '');
  const socket = over ?? (await connectTcp({ host, port }, signal));
  return established(tls.connect({ host, socket, ...settings, servername }), 'secureConnect', signal);
}

async function lookUp(host: string, signal: AbortSignalLike): Promise<readonly string[]> {
  if (net.isIP(host) !== 0) return [host];
  const found = new Promise<readonly string[]>((resolve, reject) => {
    dns.lookup(host, { all: true }, (error, addresses) => {
      if (error === null) resolve(addresses.map(({ address }) => address));
      else reject(error);
    });
  });
  return abortable(found, signal);
}

async function fastest(
  addresses: readonly string[],
  port: number,
  signal: AbortSignalLike,
): Promise<net.Socket> {
  const race = new LightAbortController();
  const forward = (): void => race.abort(signal.reason);
  signal.addEventListener('abort', forward);
  const attempts: Promise<net.Socket>[] = [];
  for (const address of addresses) {
    attempts.push(inTurn(attempts.at(-1), () => open(address, port, race), race));
  }
  try {
    const winner = await Promise.any(attempts);
    // Two attempts can succeed at the same moment.
    for (const attempt of attempts) {
      attempt.then((socket) => socket === winner || socket.destroy()).catch(() => undefined);
    }
    return winner;
  } catch (error) {
    throw mostTelling(error);
  } finally {
    signal.removeEventListener('abort', forward);
    race.abort(NOT_NEEDED);
  }
}

/** Calls `start` when the attempt before has failed, or has had its head start. */
async function inTurn(
  before: Promise<net.Socket> | undefined,
  start: () => Promise<net.Socket>,
  race: LightAbortController,
): Promise<net.Socket> {
  if (before !== undefined) {
    const failed = before.then(
      () => undefined,
      () => undefined,
    );
    await Promise.race([failed, sleep(ATTEMPT_DELAY_MS, race)]);
  }
  race.throwIfAborted();
  return start();
}

/** The most informative of several errors. */
function mostTelling(error: unknown): unknown {
  if (!(error instanceof AggregateError)) return error;
  const errors: readonly unknown[] = error.errors;
  return errors.find((each) => !NO_ROUTE.includes(codeOf(each))) ?? errors[0];
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

function open(host: string, port: number, signal: AbortSignalLike): Promise<net.Socket> {
  return established(net.connect({ host, port, noDelay: true }), 'connect', signal);
}

async function established(socket: net.Socket, event: string, signal: AbortSignalLike): Promise<net.Socket> {
  try {
    await abortable(once(socket, event), signal);
    return socket.setNoDelay(true);
  } catch (error) {
    socket.on('error', () => undefined);
    socket.destroy();
    throw error;
  }
}

function notLoopback(host: string, address: string): SecurityError {
  const where = host === address ? address : `${host} (${address})`;
  return new SecurityError(
    'INSECURE_URL',
    `http: leads to ${where}, which is another machine: use https:, or allowHttp: 'dangerously-remote'`,
  );
}
