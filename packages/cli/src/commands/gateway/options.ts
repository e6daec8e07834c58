/** The flags of `nomyo gateway`. */
import { isIP } from 'node:net';
import { isLoopback } from '@nomyo/base';
import { UsageError } from '../../exit/codes.js';
import type { Flags } from '../../settings/resolve.js';
import { aCount } from '../../settings/values.js';

/** Checked. */
export interface GatewayFlags {
  readonly port: number | undefined;
  readonly listen: string | undefined;
  readonly tokenFile: string | undefined;
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly maxConcurrent: number | undefined;
  readonly maxQueue: number | undefined;
  readonly rate: number | undefined;
  readonly graceMs: number;
}

const MAX_PORT = 65_535;
const MAX_CALLS = 10_000;
const MAX_RATE = 10_000;
const MAX_GRACE_S = 86_400;
const DEFAULT_GRACE_S = 30;
const SECOND_MS = 1_000;

/** @throws {UsageError} on a wrong value, or when others would reach the gateway without a token and TLS */
export function gatewayFlags(flags: Flags): GatewayFlags {
  const checked: GatewayFlags = {
    port: count(flags, 'port', '--port', 0, MAX_PORT),
    listen: address(text(flags['listen'])),
    tokenFile: text(flags['tokenFile']),
    tlsCert: text(flags['tlsCert']),
    tlsKey: text(flags['tlsKey']),
    maxConcurrent: count(flags, 'maxConcurrent', '--max-concurrent', 1, MAX_CALLS),
    maxQueue: count(flags, 'maxQueue', '--max-queue', 0, MAX_CALLS),
    rate: count(flags, 'rate', '--rate', 0, MAX_RATE),
    graceMs: (count(flags, 'grace', '--grace', 0, MAX_GRACE_S) ?? DEFAULT_GRACE_S) * SECOND_MS,
  };
  checkReach(checked);
  return checked;
}

function checkReach({ listen, tokenFile, tlsCert, tlsKey }: GatewayFlags): void {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new UsageError('--tls-cert and --tls-key must be used together');
  }
  if (listen === undefined || isLoopback(listen)) return;
  if (tokenFile === undefined || tlsCert === undefined) {
    throw new UsageError(
      '--listen lets other machines in: that needs --token-file, --tls-cert and --tls-key as well',
    );
  }
}

/** @throws {UsageError} on what is no address, such as one with a port */
function address(given: string | undefined): string | undefined {
  const host = given?.replace(/^\[(.*)\]$/u, '$1');
  if (host === undefined || isIP(host) !== 0 || /^[\w-]+(\.[\w-]+)*$/u.test(host)) return host;
  throw new UsageError('--listen must be an address, such as 0.0.0.0; the port belongs in --port');
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function count(flags: Flags, name: string, flag: string, min: number, max: number): number | undefined {
  const given = text(flags[name]);
  return given === undefined ? undefined : aCount(min, max)([given], flag);
}
