/** Known keys in a file next to the key pair, like ssh's `known_hosts`. */
import { formatKnownKeys, parseKnownKeys } from '../format/known-keys.js';
import type { KnownKeys, NextKnownKey } from '../remembered/known-keys.js';
import { SharedFile, type SharedFileKind } from './shared-file.node.js';
import { MODE } from './write-file.node.js';

const KNOWN_ROUTERS: SharedFileKind<ReadonlyMap<string, string>> = {
  name: 'known_routers',
  mode: MODE.publicFile,
  parse: parseKnownKeys,
  format: formatKnownKeys,
  consequence:
    'no key can be checked against it. Restore the file; without it, the next key seen of a router is trusted',
};

/** Router keys seen before, in `known_routers`. */
export class FileKnownKeys implements KnownKeys {
  readonly #file: SharedFile<ReadonlyMap<string, string>>;

  /** @param directory absolute */
  constructor(directory: string) {
    this.#file = new SharedFile(directory, KNOWN_ROUTERS);
  }

  async recall(name: string): Promise<string | undefined> {
    return (await this.#file.read()).get(name);
  }

  remember(name: string, { fingerprint, replaces }: NextKnownKey, signal: AbortSignal): Promise<boolean> {
    return this.#file.update((known) => {
      return known.get(name) === replaces ? new Map(known).set(name, fingerprint) : undefined;
    }, signal);
  }
}
