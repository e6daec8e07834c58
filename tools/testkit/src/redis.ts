/** A real redis-server that can be killed and started again. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.js';

/** `NOMYO_REDIS_SERVER` names another one, such as valkey-server. */
const PROGRAM = process.env['NOMYO_REDIS_SERVER'] ?? 'redis-server';

/** Why there is none on this machine; `undefined` when there is one. */
export const whyNoRedis: string | undefined =
  spawnSync(PROGRAM, ['--version']).status === 0
    ? undefined
    : `there is no ${PROGRAM}: apt-get install redis-server`;

export interface RedisOptions {
  /** Further arguments of the program. */
  readonly args?: readonly string[];
  /** Where its files are. Default: it writes none. */
  readonly folder?: string;
  /** TLS instead of plain TCP; `args` name the certificate. */
  readonly tls?: boolean;
}

export class RedisServer {
  readonly port: number;
  readonly #args: readonly string[];
  readonly #folder: string | undefined;
  #child: ChildProcess | undefined;

  private constructor(port: number, args: readonly string[], folder: string | undefined) {
    this.port = port;
    this.#args = args;
    this.#folder = folder;
  }

  /** On a free port of the loopback interface. */
  static async start({ args = [], folder, tls = false }: RedisOptions = {}): Promise<RedisServer> {
    const port = await freePort();
    const listen = tls ? ['--port', '0', '--tls-port', String(port)] : ['--port', String(port)];
    const files = folder === undefined ? [] : ['--dir', folder];
    const own = [...listen, '--bind', '127.0.0.1', '--save', '', ...files];
    const server = new RedisServer(port, [...own, ...args], folder);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${String(this.port)}`;
  }

  /** Again, on the same port and files. */
  async start(): Promise<void> {
    const child = spawn(PROGRAM, this.#args, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#child = child;
    for await (const line of createInterface(child.stdout)) {
      if (/ready to accept connections/iu.test(line)) break;
    }
    child.stdout.resume();
  }

  /** By SIGKILL: nothing is written any more. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Everything that it has written into its folder, as Latin-1. */
  files(): string {
    if (this.#folder === undefined) return '';
    const root = this.#folder;
    const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
    const paths = names.map((name) => join(root, name)).filter((path) => statSync(path).isFile());
    return paths.map((path) => readFileSync(path, 'latin1')).join('\n');
  }
}
