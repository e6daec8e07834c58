/** The means of measuring: keys, a certificate, a canned router and client processes, and the end of all of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeySize } from '@nomyo/crypto';
import { makeCertificate, type MadeCertificate } from '@nomyo/router/testing';
import { SecureCompletionClient } from 'nomyo-js';
import { Child, type ChildOptions } from './child/child-process.js';
import type { CommandsOf, OrderOf, Role } from './child/main.js';
import type { ClientConfig, ClientKind } from './clients/client.js';
import { ONE_KB } from './payloads.js';

type RouterProcess = Child<CommandsOf<'canned router'>>;
export type ClientProcess = Child<CommandsOf<'client'>>;

/** A client to start: one of the canned router with a pair of 4096 bits, as the service's own clients have it. */
export interface ClientOrder extends Partial<ClientConfig> {
  readonly kind: ClientKind;
  /** Characters of the answer's text. Default: 1 KB. */
  readonly answerBytes?: number;
  readonly process?: ChildOptions;
}

/** Everything that a run makes, in one directory that goes away with it. */
export class Workshop {
  readonly #dir = mkdtempSync(join(tmpdir(), 'nomyo-bench-'));
  readonly #keyDirs = new Map<string, Promise<string>>();
  #certificate: Promise<MadeCertificate> | undefined;
  #router: Promise<RouterProcess> | undefined;
  #children: { stop(): void }[] = [];

  readonly caFile: string = this.path('ca.pem');

  constructor() {
    process.once('exit', () => this.close());
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
  }

  /** A path in the directory. */
  path(name: string): string {
    return join(this.#dir, name);
  }

  /** A directory with a key pair of that size, made at its first use. */
  keyDir(keySize: KeySize, whose = 'client'): Promise<string> {
    const path = this.path(`${whose}-${String(keySize)}`);
    const known = this.#keyDirs.get(path) ?? makeKeyDir(path, keySize);
    this.#keyDirs.set(path, known);
    return known;
  }

  /** For servers on the loopback interface; its authority is in {@link caFile}, too. */
  certificate(): Promise<MadeCertificate> {
    this.#certificate ??= makeCertificate().then((made) => {
      writeFileSync(this.caFile, made.ca);
      return made;
    });
    return this.#certificate;
  }

  /** The canned router of this row, in a process of its own, over TLS. */
  router(): Promise<RouterProcess> {
    const start = async (): Promise<RouterProcess> => {
      const publicKeyPem = await readPublicKey(await this.keyDir(4096, 'router'));
      return this.start('canned router', { publicKeyPem, tls: await this.certificate() });
    };
    this.#router ??= start();
    return this.#router;
  }

  /** A process that holds one client. */
  async client({ process = {}, ...order }: ClientOrder): Promise<ClientProcess> {
    const nodeArgs = ['--expose-gc', ...(process.nodeArgs ?? [])];
    return this.start('client', await this.config(order), { ...process, nodeArgs });
  }

  async config({ answerBytes = ONE_KB, keySize = 4096, ...more }: ClientOrder): Promise<ClientConfig> {
    const { ca } = await this.certificate();
    const origin = more.baseUrl ?? (await (await this.router()).ask('origin'));
    const baseUrl = more.baseUrl ?? `${origin}/answer/${String(answerBytes)}`;
    const keyDir = more.keyDir ?? (await this.keyDir(keySize));
    return { ...more, baseUrl, ca, caFile: this.caFile, keyDir, keySize };
  }

  /** A process of its own for a client, a server or an operation. */
  async start<R extends Role>(
    role: R,
    order: OrderOf<R>,
    options?: ChildOptions,
  ): Promise<Child<CommandsOf<R>>> {
    const child = new Child<CommandsOf<R>>(role, options);
    this.#children.push(child);
    await child.open(order);
    return child;
  }

  /** Ends the processes; keys and certificate stay. */
  stopChildren(): void {
    for (const child of this.#children) child.stop();
    [this.#children, this.#router] = [[], undefined];
  }

  close(): void {
    this.stopChildren();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

/** Makes a directory with a new pair, as the SDK keeps it. */
export async function makeKeyDir(path: string, keySize: KeySize): Promise<string> {
  const client = new SecureCompletionClient({ keyDir: path });
  await client.generateKeys({ saveToFile: true, keyDir: path, keySize });
  client.dispose();
  return path;
}

/** The public half of the pair in a directory, as SPKI PEM. */
export function readPublicKey(keyDir: string): Promise<string> {
  return readFile(join(keyDir, 'public_key.pem'), 'utf8');
}
