/** The processes behind the rows of protocol 2: a model, our router, and a proxy with the same duties, all on Node 24. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRoot, delegate } from '@nomyo/router';
import type { Child } from '../child/child-process.js';
import type { CommandsOf, OrderOf } from '../child/main.js';
import type { ClientKind } from '../clients/client.js';
import { NOMYO_ROUTER } from '../programs.js';
import type { RouterOptions } from '../servers/router.js';
import type { ClientProcess, Workshop } from '../workshop.js';

type ServerRole = 'model' | 'router' | 'plain proxy';
type ServerProcess = Child<CommandsOf<ServerRole>>;

/** A server, and the clients that ask it. */
interface Side {
  readonly server: ServerProcess;
  readonly client: (kind: ClientKind) => Promise<ClientProcess>;
}

/** How a stage differs from others. */
export interface StageOptions {
  /** Of each stream. */
  readonly tokens?: number;
  /** The Node of all processes, and what is added to their environment. */
  readonly execPath: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Bounds of the router that are not its own. */
  readonly limits?: RouterOptions['limits'];
}

/** Our router, as each version is asked there, and the proxy. */
export async function startStage(
  workshop: Workshop,
  { tokens = 1, execPath, env = {}, limits = {} }: StageOptions,
): Promise<Readonly<Record<'v1' | 'v2' | 'plain', Side>>> {
  const dir = workshop.path(`v2-${process.hrtime.bigint().toString()}`);
  mkdirSync(dir, { mode: 0o700 });
  const signer = join(dir, 'signer.pem');
  const root = await createRoot(join(dir, 'root.pem'));
  await delegate({ root: join(dir, 'root.pem'), output: signer, realm: '127.0.0.1', days: 1, epoch: 1 });
  const apiKeys = join(dir, 'api-keys.json');
  const apiKey = addApiKey(apiKeys);
  const tls = await workshop.certificate();
  const start = <R extends ServerRole>(role: R, order: OrderOf<R>): Promise<Child<CommandsOf<R>>> =>
    workshop.start(role, order, { execPath, env, nodeArgs: ['--expose-gc'] });
  const upstream = await (await start('model', tokens)).ask('origin');
  const v1Key = await readFile(join(await workshop.keyDir(4096, 'router'), 'private_key.pem'), 'utf8');
  const router = await start('router', { tls, upstream, signer, apiKeys, v1Key, limits });
  const proxy = await start('plain proxy', { tls, apiKey, upstream });
  const ofClients = { execPath, env: { ...env, NODE_EXTRA_CA_CERTS: workshop.caFile } };
  const side = async (of: ServerProcess, more: { readonly root?: string }): Promise<Side> => {
    const baseUrl = await of.ask('origin');
    const client = (kind: ClientKind): Promise<ClientProcess> =>
      workshop.client({ kind, baseUrl, apiKey, ...more, process: ofClients });
    return { server: of, client };
  };
  return { v1: await side(router, {}), v2: await side(router, { root }), plain: await side(proxy, {}) };
}

/** By the command, as people do. */
function addApiKey(file: string): string {
  const args = [NOMYO_ROUTER, 'api-keys', 'add', '--file', file, '--name', 'bench'];
  return execFileSync(process.execPath, args, { encoding: 'utf8' }).trimEnd().split('\n').at(-1) ?? '';
}
