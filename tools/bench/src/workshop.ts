/** The means of measuring: keys, a certificate, canned routers and client processes, and the end of all of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate, type MadeCertificate } from '@nomyo/router/testing';
import type { KeySize } from '@nomyo/crypto';
import { Child, type ChildOptions } from './child/child-process.js';
import type { Role } from './child/main.js';
import { readFields, readText } from './child/read.js';
import type { ClientConfig, ClientKind } from './clients/client.js';
import { ClientProcess } from './client-process.js';
import { makeKeyDir, readPublicKey } from './key-dirs.js';
import type { RouterCounts } from './router/canned-router.js';

/** A canned router in a process of its own. */
export interface RouterProcess {
  /** For a client that wants answers of `bytes` characters. */
  baseUrl(bytes: number): string;
  /** PEM to trust. */
  readonly ca: string;
  counts(): Promise<RouterCounts>;
}

/** A client process to start. */
export interface ClientOrder extends ChildOptions {
  readonly kind: ClientKind;
  readonly router: RouterProcess;
  readonly keySize: KeySize;
  /** Characters of the answer's text. */
  readonly answerBytes: number;
  readonly more?: Partial<ClientConfig>;
}

/** The size of most prompts and answers, in bytes. */
export const ONE_KB = 1024;

const ROUTER_KEY_SIZE = 4096;

/** Everything that a run makes, in one directory that goes away with it. */
export class Workshop {
  readonly #dir = mkdtempSync(join(tmpdir(), 'nomyo-bench-'));
  readonly #keyDirs = new Map<string, Promise<string>>();
  #certificate: Promise<MadeCertificate> | undefined;
  #children: Child[] = [];

  constructor() {
    // Both take a second or more, so they are made at the same time.
    void this.keyDir(ROUTER_KEY_SIZE, 'router').catch(() => undefined);
    void this.keyDir(ROUTER_KEY_SIZE).catch(() => undefined);
  }

  /** A directory with a key pair of that size, made at its first use. */
  keyDir(keySize: KeySize, name = 'client'): Promise<string> {
    const path = join(this.#dir, `${name}-${String(keySize)}`);
    const known = this.#keyDirs.get(path) ?? makeKeyDir(path, keySize);
    this.#keyDirs.set(path, known);
    return known;
  }

  /** An empty directory of that name. */
  path(name: string): string {
    return join(this.#dir, name);
  }

  /** For servers on the loopback interface. */
  certificate(): Promise<MadeCertificate> {
    this.#certificate ??= makeCertificate();
    return this.#certificate;
  }

  /** Over TLS. */
  async router(): Promise<RouterProcess> {
    const publicKeyPem = await readPublicKey(await this.keyDir(ROUTER_KEY_SIZE, 'router'));
    const { ca, cert, key } = await this.certificate();
    const child = await this.child('canned router', JSON.stringify({ publicKeyPem, cert, key }));
    const origin = await child.ask('origin', null, readText);
    return {
      baseUrl: (bytes) => `${origin}/answer/${String(bytes)}`,
      ca,
      counts: () => child.ask('counts', null, readFields('requests', 'keyFetches', 'connections')),
    };
  }

  /** A process that holds one client. */
  async client(order: ClientOrder): Promise<ClientProcess> {
    return this.clientOf(await this.config(order), order);
  }

  /** The same, of a configuration. */
  async clientOf(config: ClientConfig, started: ChildOptions): Promise<ClientProcess> {
    const nodeArgs = ['--expose-gc', ...(started.nodeArgs ?? [])];
    return new ClientProcess(await this.child('client', JSON.stringify(config), { ...started, nodeArgs }));
  }

  /** The configuration of an ordered client. */
  async config({ kind, router, keySize, answerBytes, more }: ClientOrder): Promise<ClientConfig> {
    const keyDir = await this.keyDir(keySize);
    return { kind, baseUrl: router.baseUrl(answerBytes), ca: router.ca, keyDir, ...more };
  }

  /** A process of `child/main.ts`. */
  child(role: Role, argument: string, options: ChildOptions = {}): Promise<Child> {
    return this.start('./child/main.js', { ...options, args: [role, argument] });
  }

  /** @param program compiled, as seen from this file */
  async start(program: string, options: ChildOptions): Promise<Child> {
    const child = await Child.start(new URL(program, import.meta.url), options);
    this.#children.push(child);
    return child;
  }

  /** Ends the processes; keys and certificate stay. */
  stopChildren(): void {
    for (const child of this.#children) child.stop();
    this.#children = [];
  }

  /** Ends everything. */
  close(): void {
    this.stopChildren();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
