/** `nomyo gateway`: serves until a signal ends it. */
import { createLog, startGateway, type Gateway, type GatewayOptions } from '@nomyo/gateway';
import type { SecureChatCompletionConfig } from 'nomyo-js';
import { withAudit } from '../../client/audit.js';
import { clientConfig, tierOf } from '../../client/config.js';
import { rateLimitOf } from '../../client/rate.js';
import { withLocal } from '../../client/local.js';
import { refuseKeyPassword } from '../../client/version.js';
import type { Context } from '../../context.js';
import { byFlag } from '../../exit/by-flag.js';
import { CommandFailed, Interrupted, UsageError } from '../../exit/codes.js';
import { errorLine } from '../../exit/report.js';
import { codeOf, readText } from '../../io/file.js';
import { readSecret } from '../../settings/secrets.js';
import { bannerText, callLine } from './banner.js';
import { notifySystemd } from './notify.js';
import { gatewayFlags, type GatewayFlags } from './options.js';

/** Listens until SIGTERM, and ends with 0 once the calls under way are over. */
export async function run(context: Context): Promise<void> {
  const flags = gatewayFlags(context.flags);
  refuseKeyPassword(context);
  const local = await withLocal(context);
  try {
    await withAudit(local.context, async (audit) => {
      const gateway = await start(local.context, flags, audit);
      await serve(gateway, local.context, flags);
    });
  } finally {
    await local.close();
  }
}

type Audit = Pick<SecureChatCompletionConfig, 'audit'>;

async function start(context: Context, flags: GatewayFlags, audit: Audit): Promise<Gateway> {
  try {
    const options = await gatewayOptions(context, flags);
    return await startGateway({ ...options, client: { ...options.client, ...audit } });
  } catch (error) {
    throw explained(error);
  }
}

/** Whatever keeps a gateway from starting, by the names of the flags. */
function explained(error: unknown): unknown {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new CommandFailed('the port is in use: choose another with --port, or 0 for any');
    case 'EACCES':
      return new CommandFailed('this port needs privileges: choose one above 1023 with --port');
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return new UsageError('--listen must be an address of this machine');
    default:
      return byFlag(error, FLAGS);
  }
}

/** By the names of the gateway’s options. */
const FLAGS: ReadonlyMap<string, string> = new Map([
  ['token', '--token-file: the token'],
  ['tls.cert', '--tls-cert'],
  ['tls.key', '--tls-key'],
]);

async function gatewayOptions(context: Context, flags: GatewayFlags): Promise<GatewayOptions> {
  const { settings, output } = context;
  const { port, listen, tokenFile, tlsCert, tlsKey, maxConcurrent, maxQueue } = flags;
  const tier = tierOf(context);
  const hasTls = tlsCert !== undefined && tlsKey !== undefined;
  return {
    client: { ...(await clientConfig(context)), ...rateLimitOf(settings, flags.rate) },
    ...(port === undefined ? {} : { port }),
    ...(listen === undefined ? {} : { host: listen }),
    ...(tokenFile === undefined ? {} : { token: readSecret(tokenFile, '--token-file') }),
    ...(hasTls
      ? { tls: { cert: await readText(tlsCert, '--tls-cert'), key: await readText(tlsKey, '--tls-key') } }
      : {}),
    ...(maxConcurrent === undefined ? {} : { maxConcurrent }),
    ...(maxQueue === undefined ? {} : { maxQueue }),
    ...(settings.model === undefined ? {} : { model: settings.model }),
    ...(tier === undefined ? {} : { securityTier: tier }),
    ...(output.quiet ? {} : { onCall: output.hasWatcher ? lines(context) : createLog(process.stderr) }),
  };
}

const lines =
  ({ output }: Context): NonNullable<GatewayOptions['onCall']> =>
  (call) =>
    output.note(callLine(call));

/** Resolves when the last call has ended after SIGTERM. */
async function serve(
  gateway: Gateway,
  context: Context,
  { graceMs, tokenFile }: GatewayFlags,
): Promise<void> {
  const { output } = context;
  const ended = untilEnd(gateway, context, graceMs);
  if (output.json) {
    output.data({ url: gateway.url, ...(tokenFile === undefined ? { token: gateway.token } : {}) });
  } else output.line(bannerText(gateway, tokenFile));
  await Promise.race([ended, getReady(gateway, context)]);
  await ended;
}

/** Keys that cannot be used end the gateway; a router that is away for the moment does not. */
async function getReady(gateway: Gateway, context: Context): Promise<void> {
  try {
    await gateway.ready();
  } catch (error) {
    const code = codeOf(error);
    if (code === 'DISPOSED') return;
    if (code.startsWith('KEY_FILE_') || code === 'MEMORY_NOT_LOCKED') {
      await gateway.close();
      throw error;
    }
    context.output.warn(errorLine(error));
  }
  await notifySystemd('ready', context);
}

function secondSignal(name: 'SIGINT' | 'SIGTERM'): Error {
  const message = 'stopped by a second signal; running calls were cut off';
  return name === 'SIGINT' ? new Interrupted(message) : new CommandFailed(message);
}

function untilEnd(gateway: Gateway, context: Context, graceMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let signals = 0;
    context.takeSignals((name) => {
      signals += 1;
      const isFirst = signals === 1;
      if (isFirst) {
        context.output.note('nomyo: no new calls; running ones may finish. A second signal stops at once.');
      }
      const told = isFirst ? notifySystemd('stopping', context) : Promise.resolve();
      const end = name === 'SIGINT' ? () => reject(new Interrupted('interrupted')) : () => resolve();
      const cut = (): void => reject(secondSignal(name));
      Promise.all([gateway.close(isFirst ? graceMs : 0), told]).then(isFirst ? end : cut, reject);
    });
  });
}
