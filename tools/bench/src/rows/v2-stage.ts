/** What the rows of protocol 2 are measured on: a model, our router, and a proxy of the same duties, all on Node 24. */
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRoot, delegate } from '@nomyo/router';
import type { RouterLimits, ServerOrder } from '../child/server-main.js';
import type { ClientProcess } from '../client-process.js';
import type { ClientConfig, ClientKind } from '../clients/client.js';
import type { ModelOptions } from '../router/model.js';
import { ServerProcess } from '../server-process.js';
import type { Workshop } from '../workshop.js';

const REALM = '127.0.0.1';
const ROUTER = fileURLToPath(
  new URL('dist/server/main.js', import.meta.resolve('@nomyo/router/package.json')),
);

/** Keys and files that both sides know. */
interface Secrets {
  readonly root: string;
  readonly apiKey: string;
  /** PEM, and a file of it for what takes no other. */
  readonly ca: string;
  readonly caFile: string;
  readonly keyDir: string;
}

/** How the processes of a stage run. */
export interface StageOptions {
  /** The Node of all processes. */
  readonly execPath: string;
  /** Added to the environment of all processes. */
  readonly env?: Readonly<Record<string, string>>;
  /** Of the router, where they are not its own. */
  readonly limits?: RouterLimits;
}

export class Stage {
  readonly router: ServerProcess;
  readonly proxy: ServerProcess;
  readonly #workshop: Workshop;
  readonly #options: StageOptions;
  readonly #secrets: Secrets;

  private constructor(
    workshop: Workshop,
    options: StageOptions,
    secrets: Secrets,
    servers: Readonly<Record<'router' | 'proxy', ServerProcess>>,
  ) {
    [this.#workshop, this.#options, this.#secrets] = [workshop, options, secrets];
    [this.router, this.proxy] = [servers.router, servers.proxy];
  }

  static async start(workshop: Workshop, model: ModelOptions, options: StageOptions): Promise<Stage> {
    const { execPath, env = {}, limits = {} } = options;
    const dir = workshop.path(`v2-${process.hrtime.bigint().toString()}`);
    mkdirSync(dir, { mode: 0o700 });
    const { ca, cert, key } = await workshop.certificate();
    const root = await createRoot(join(dir, 'root.pem'));
    const signer = join(dir, 'signer.pem');
    await delegate({ root: join(dir, 'root.pem'), output: signer, realm: REALM, days: 1, epoch: 1 });
    const apiKeys = join(dir, 'api-keys.json');
    const apiKey = addApiKey(apiKeys);
    const start = async (order: ServerOrder): Promise<ServerProcess> => {
      const child = { execPath, env, nodeArgs: ['--expose-gc'], args: [JSON.stringify(order)] };
      return ServerProcess.of(await workshop.start('./child/server-main.js', child));
    };
    const upstream = `http://127.0.0.1:${String((await start({ kind: 'model', options: model })).port)}`;
    const tls = { cert, key };
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 4096 });
    const v1Key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const servers = {
      router: await start({ kind: 'router', tls, upstream, signer, apiKeys, v1Key, limits }),
      proxy: await start({ kind: 'plain proxy', tls, upstream, apiKey }),
    };
    const caFile = join(dir, 'ca.pem');
    writeFileSync(caFile, ca);
    const keyDir = await workshop.keyDir(4096);
    return new Stage(workshop, options, { root, apiKey, ca, caFile, keyDir }, servers);
  }

  /** The router, as version 2 is asked there. */
  sealed(kind: ClientKind): Promise<ClientProcess> {
    return this.#client(kind, this.router, { root: this.#secrets.root });
  }

  /** The router, as version 1 is asked there. */
  version1(): Promise<ClientProcess> {
    return this.#client('ours', this.router, {});
  }

  /** The proxy, without a seal. */
  plain(kind: ClientKind, more: Partial<ClientConfig> = {}): Promise<ClientProcess> {
    return this.#client(kind, this.proxy, more);
  }

  async #client(
    kind: ClientKind,
    { port }: ServerProcess,
    more: Partial<ClientConfig>,
  ): Promise<ClientProcess> {
    const { ca, caFile, apiKey, keyDir } = this.#secrets;
    const config = { kind, baseUrl: `https://127.0.0.1:${String(port)}`, ca, apiKey, keyDir, ...more };
    const { execPath, env = {} } = this.#options;
    return this.#workshop.clientOf(config, { execPath, env: { ...env, NODE_EXTRA_CA_CERTS: caFile } });
  }
}

/** By the command, as people do. */
function addApiKey(file: string): string {
  const args = [ROUTER, 'api-keys', 'add', '--file', file, '--name', 'bench'];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error('nomyo-router api-keys add failed');
  return stdout.trimEnd().split('\n').at(-1) ?? '';
}
