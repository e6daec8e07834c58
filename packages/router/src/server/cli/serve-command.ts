/** `nomyo-router serve`. */
import { given, isLoopback } from '@nomyo/base';
import { type Command } from 'commander';
import { KeyRing, OPEN_TO_ALL, type Access } from '../access/key-ring.js';
import { decodeTiers, oneUpstream, type TierTable } from '../access/tiers.js';
import { readPrivateFile, readPublicFile } from '../files/private-file.js';
import type { TlsFiles } from '../http/listener.js';
import { createLog } from '../observe/log.js';
import { openSigner } from '../keys/signer.js';
import { mlKemImplementation } from '../protocol/port.js';
import { openReplays } from '../replay/open.js';
import type { MemoryMapOptions } from '../replay/replay-map.js';
import { startServer, type RouterServer } from '../server.js';
import { upstreamBase } from '../upstream/endpoint.js';
import { readOrMakeV1Key } from '../v1/key-file.js';
import type { Surroundings } from './surroundings.js';
import { UsageError } from '../../usage-error.js';
import { MAX_PORT, wholeNumber } from './values.js';

const MIB = 1_048_576;

/** The capacity of one JavaScript `Map`. */
const MAX_ENTRIES = 16_000_000;

const MAX_REPLAY_MIB = 1_048_576;

interface ServeOptions {
  readonly signer: string;
  readonly upstream?: string;
  readonly host: string;
  readonly port: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly apiKeys?: string;
  readonly tiers?: string;
  readonly redis?: string;
  readonly peerListen?: string;
  readonly replayEntries?: number;
  readonly replayMemory?: number;
  readonly v1?: boolean;
  readonly v1Key?: string;
  readonly metricsHost: string;
  readonly metricsPort?: number;
}

/** Adds `serve` to the program. */
export function addServeCommand(program: Command, surroundings: Surroundings): void {
  const port = wholeNumber(0, MAX_PORT);
  const serveCommand = program
    .command('serve')
    .description('runs the router until SIGTERM, which lets running requests finish')
    .requiredOption('--signer <file>', 'signer, as made by `keys delegate`')
    .option(
      '--upstream <url>',
      'OpenAI-compatible server, with or without /v1; NOMYO_UPSTREAM_API_KEY is its API key',
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port; 0: any free one', port, 8443)
    .option(
      '--tls-cert <file>',
      'PEM of the certificate chain; without it, a proxy in front must terminate TLS',
    )
    .option('--tls-key <file>', 'PEM of its private key')
    .option('--api-keys <file>', 'require API keys, as created by `api-keys add` (default: anyone may call)')
    .option(
      '--tiers <file>',
      'JSON file with the models and upstream of each tier (default: all to --upstream)',
    )
    .option('--redis <url>', 'replay map for a fleet; put a URL with a password into NOMYO_REDIS_URL')
    .option(
      '--peer-listen <host:port>',
      'address for requests from other routers; publishes the keys of all on the same Redis',
    )
    .option('--v1', 'also serve protocol 1, for old clients; needs --v1-key')
    .option('--v1-key <file>', 'RSA private key of protocol 1, PEM; created if missing')
    .option('--metrics-host <address>', 'address of the metrics', '127.0.0.1')
    .option('--metrics-port <n>', '/metrics and /healthz on this port (default: nowhere)', port)
    .action(async (options: ServeOptions) => surroundings.onServing(await serve(options, surroundings)));
  addReplayOptions(serveCommand);
}

function addReplayOptions(command: Command): void {
  command
    .option(
      '--replay-entries <n>',
      'requests that are remembered for 240 s, 250 bytes each; more are told `busy` (default: 1000000)',
      wholeNumber(1, MAX_ENTRIES),
    )
    .option(
      '--replay-memory <mib>',
      'memory for the answers that are kept with them, for a resend; when it is full, `busy` (default: 512)',
      wholeNumber(1, MAX_REPLAY_MIB),
    );
}

async function serve(options: ServeOptions, { print, environment }: Surroundings): Promise<RouterServer> {
  const log = createLog(print);
  const trouble = (message: string): void => log.write('trouble', { message });
  const tiers = await readTiers(options);
  const tls = await readTls(options);
  const redis = redisUrl(options, environment);
  const access = await openAccess(options, trouble);
  warnings(options).forEach(trouble);
  const peer = peerAddress(options, redis);
  const bounds = replayBounds(options, redis);
  const v1Key = await readV1Key(options);
  const signer = await openSigner(options.signer);
  const { replays, redis: connection } = await openReplays(redis, signer.realm, trouble, bounds);
  return startServer({
    signer,
    host: options.host,
    port: options.port,
    metricsHost: options.metricsHost,
    metricsPort: options.metricsPort,
    tls,
    access,
    tiers,
    upstreamApiKey: nonEmpty(environment['NOMYO_UPSTREAM_API_KEY']),
    replays,
    v1Key,
    fleet: connection === undefined || peer === undefined ? undefined : { redis: connection, ...peer },
    print,
  });
}

async function readTiers({ tiers, upstream }: ServeOptions): Promise<TierTable> {
  if (upstream !== undefined) upstreamBase('--upstream', upstream);
  if (tiers === undefined) {
    if (upstream === undefined) throw new UsageError('--upstream is missing: which server runs the models?');
    return oneUpstream(upstream);
  }
  const file = { option: '--tiers', path: tiers };
  const table = decodeTiers(file, await readPublicFile(file), upstream);
  for (const [tier, route] of table) upstreamBase(`--tiers ${tiers}: "${tier}"`, route.upstream);
  return table;
}

async function readTls({ tlsCert, tlsKey }: ServeOptions): Promise<TlsFiles | undefined> {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined) throw new UsageError('--tls-key needs --tls-cert');
  if (tlsKey === undefined) throw new UsageError('--tls-cert needs --tls-key');
  return {
    cert: await readPublicFile({ option: '--tls-cert', path: tlsCert }),
    key: await readPrivateFile({ option: '--tls-key', path: tlsKey }),
  };
}

/** Passwords must not be arguments, which other users can see with `ps`. */
function redisUrl({ redis }: ServeOptions, environment: Surroundings['environment']): string | undefined {
  const url = redis ?? nonEmpty(environment['NOMYO_REDIS_URL']);
  if (url === undefined) return undefined;
  const option = redis === undefined ? 'NOMYO_REDIS_URL' : '--redis';
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !['redis:', 'rediss:'].includes(parsed.protocol)) {
    throw new UsageError(`${option} must be a redis: or rediss: URL`);
  }
  if (redis !== undefined && parsed.password !== '') {
    throw new UsageError(
      '--redis must not hold a password, which `ps` shows; put the URL into NOMYO_REDIS_URL',
    );
  }
  return url;
}

function peerAddress(
  { peerListen }: ServeOptions,
  redis: string | undefined,
): { host: string; port: number } | undefined {
  if (peerListen === undefined) return undefined;
  if (redis === undefined) throw new UsageError('--peer-listen needs --redis: routers find each other there');
  const { host = '', port = '' } =
    /^(?<host>\[[\da-f:]+\]|[^:\s]+):(?<port>\d{1,5})$/iu.exec(peerListen)?.groups ?? {};
  if (host === '' || Number(port) > MAX_PORT) {
    throw new UsageError('--peer-listen must be HOST:PORT, such as 10.0.0.3:8444');
  }
  return { host: host.replace(/^\[|\]$/gu, ''), port: Number(port) };
}

async function readV1Key({ v1, v1Key }: ServeOptions): Promise<Uint8Array | undefined> {
  if (v1 !== true && v1Key === undefined) return undefined;
  if (v1 !== true) {
    throw new UsageError('--v1-key needs --v1: protocol 1 is served only when it is asked for');
  }
  if (v1Key === undefined) {
    throw new UsageError('--v1 needs --v1-key: clients pin the key, so that it must outlive a restart');
  }
  return readOrMakeV1Key({ option: '--v1-key', path: v1Key });
}

function replayBounds(
  { replayEntries, replayMemory }: ServeOptions,
  redis: string | undefined,
): MemoryMapOptions {
  if (redis !== undefined && (replayEntries !== undefined || replayMemory !== undefined)) {
    const option = replayEntries === undefined ? '--replay-memory' : '--replay-entries';
    throw new UsageError(`${option} bounds the map of this process; with --redis set maxmemory there`);
  }
  return {
    ...given('maxEntries', replayEntries),
    ...given('maxBytes', replayMemory === undefined ? undefined : replayMemory * MIB),
  };
}

function openAccess({ apiKeys }: ServeOptions, trouble: (message: string) => void): Promise<Access> {
  if (apiKeys === undefined) return Promise.resolve(OPEN_TO_ALL);
  return KeyRing.load({ option: '--api-keys', path: apiKeys }, trouble);
}

function warnings({ apiKeys, host, tlsCert }: ServeOptions): readonly string[] {
  const isOpen = !isLoopback(host);
  return [
    ...(mlKemImplementation() === 'node:crypto'
      ? []
      : ['ML-KEM is JavaScript here, and not constant in time: Node 24.7 has it in native code']),
    ...(isOpen && apiKeys === undefined ? ['everybody may call: there is no --api-keys'] : []),
    ...(isOpen && tlsCert === undefined ? ['no TLS here: it must end in front of this router'] : []),
  ];
}

/** An empty variable counts as unset. */
function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
