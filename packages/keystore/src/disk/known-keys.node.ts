/** Known keys in a file beside the key pair: read anew each time, and written as key files are. */
import { join } from 'node:path';
import { KeyStoreError } from '../errors.js';
import { formatKnownKeys, parseKnownKeys } from '../format/known-keys.js';
import type { KnownKeys, NextKnownKey } from '../known-keys.js';
import { checkDirectory, ignoreInGit, makeDirectory } from './directory.node.js';
import { DirectoryLock, holding, type HeldLock } from './lock.node.js';
import { readKnownFile } from './read-file.node.js';
import { waitFor } from './wait.node.js';
import { commitOver, MODE, remove, syncDirectory, writeTemporary } from './write-file.node.js';

const FILE = 'known_routers';

export class FileKnownKeys implements KnownKeys {
  readonly #directory: string;
  readonly #path: string;
  readonly #lock: DirectoryLock;

  /** @param directory absolute */
  constructor(directory: string) {
    this.#directory = directory;
    this.#path = join(directory, FILE);
    this.#lock = new DirectoryLock(directory);
  }

  async recall(name: string): Promise<string | undefined> {
    if (!(await checkDirectory(this.#directory))) return undefined;
    return (await this.#read()).get(name);
  }

  async remember(name: string, next: NextKnownKey, signal: AbortSignal): Promise<boolean> {
    await makeDirectory(this.#directory);
    const call = { signal, background: false };
    const lock = await waitFor(this.#directory, call, () => this.#lock.tryAcquire());
    return holding(this.#directory, lock, async () => {
      const known = await this.#read();
      if (known.get(name) !== next.replaces) return false;
      known.set(name, next.fingerprint);
      signal.throwIfAborted();
      await this.#write(known, lock);
      return true;
    });
  }

  async #read(): Promise<Map<string, string>> {
    const file = await readKnownFile(this.#path);
    if (file === undefined) return new Map();
    const parsed = parseKnownKeys(file.content.use((bytes) => new TextDecoder().decode(bytes)));
    if ('known' in parsed) return parsed.known;
    const line = String(parsed.damagedLine);
    const message = `line ${line} is damaged, so no key can be compared with it. Restore the file; without it, the next key that is met is taken`;
    throw new KeyStoreError('KEY_FILE_INVALID', this.#path, message);
  }

  async #write(known: ReadonlyMap<string, string>, lock: HeldLock): Promise<void> {
    await ignoreInGit(this.#directory);
    const content = new TextEncoder().encode(formatKnownKeys(known));
    const temporary = await writeTemporary(this.#path, content, MODE.publicFile);
    try {
      await lock.check();
      await commitOver(temporary, this.#path);
    } finally {
      await remove(temporary);
    }
    await syncDirectory(this.#directory);
  }
}
