import type { Child } from './child/child-process.js';
import { readNumber } from './child/read.js';

/** A server in a process of its own. */
export class ServerProcess {
  readonly port: number;
  readonly #child: Child;

  private constructor(child: Child, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async of(child: Child): Promise<ServerProcess> {
    return new ServerProcess(child, await child.ask('port', null, readNumber));
  }

  /** Of all threads since its start, user and system, in ms. */
  cpu(): Promise<number> {
    return this.#child.ask('cpu', null, readNumber);
  }

  /** Resident memory after garbage collection, in bytes. */
  rss(): Promise<number> {
    return this.#child.ask('rss', null, readNumber);
  }
}
