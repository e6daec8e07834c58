/** A real redis-server, in a folder of its own, that can be killed and started again. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** `NOMYO_REDIS_SERVER` names another one, such as valkey-server. */
const PROGRAM = process.env['NOMYO_REDIS_SERVER'] ?? 'redis-server';

export const hasRedis = spawnSync(PROGRAM, ['--version']).status === 0;

export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;

  private constructor(port: number, folder: string, args: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    this.#args = args;
  }

  /** @param folder where its files are  @param tls instead of plain TCP */
  static async start(folder: string, args: readonly string[] = [], tls = false): Promise<RedisServer> {
    const port = await freePort();
    const listen = tls ? ['--port', '0', '--tls-port', String(port)] : ['--port', String(port)];
    const server = new RedisServer(port, folder, [...listen, ...args]);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const own = ['--bind', '127.0.0.1', '--dir', this.#folder, '--save', ''];
    const child = spawn(PROGRAM, [...own, ...this.#args], { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#child = child;
    for await (const line of createInterface(child.stdout)) {
      if (/ready to accept connections/iu.test(line)) break;
    }
    child.stdout.resume();
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Everything that it has written to the disk. */
  files(): string {
    const names = readdirSync(this.#folder, { recursive: true, encoding: 'utf8' });
    const paths = names.map((name) => join(this.#folder, name)).filter((path) => statSync(path).isFile());
    return paths.map((path) => readFileSync(path, 'latin1')).join('\n');
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
