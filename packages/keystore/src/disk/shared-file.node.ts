/**
 * A text file in a key directory that many processes read and change: it is read afresh each time, changed under the
 * lock of the directory, and replaced as a whole.
 */
import { join } from 'node:path';
import { KeyStoreError } from '../errors.js';
import { checkDirectory, ignoreInGit, makeDirectory } from './directory.node.js';
import { DirectoryLock, holding, type HeldLock } from './lock.node.js';
import { readKnownFile } from './read-file.node.js';
import { waitFor } from './wait.node.js';
import { commitOver, remove, syncDirectory, writeTemporary } from './write-file.node.js';

/** The properties of one kind of file. */
export interface SharedFileKind<T> {
  readonly name: string;
  readonly mode: number;
  /** Returns the content, or the number of the first damaged line, counted from 1. */
  readonly parse: (text: string) => { readonly content: T } | { readonly damagedLine: number };
  readonly format: (content: T) => string;
  /** The consequence of a damaged line, and of a missing file, in the words of the error. */
  readonly consequence: string;
}

/** One such file; `T` is its parsed content. */
export class SharedFile<T> {
  readonly #directory: string;
  readonly #path: string;
  readonly #lock: DirectoryLock;
  readonly #kind: SharedFileKind<T>;

  /** @param directory absolute */
  constructor(directory: string, kind: SharedFileKind<T>) {
    this.#directory = directory;
    this.#path = join(directory, kind.name);
    this.#lock = new DirectoryLock(directory);
    this.#kind = kind;
  }

  /**
   * Reads the file; a missing file counts as an empty one.
   *
   * @throws {KeyStoreError} when the file cannot be read, or is damaged
   */
  async read(): Promise<T> {
    return (await checkDirectory(this.#directory)) ? this.#read() : this.#parse('');
  }

  /**
   * Changes the file while no other process does.
   *
   * @param change returns the new content, or `undefined` to leave the file as it is
   * @param signal ends the wait for other processes; nothing is written after that
   * @returns whether the file was changed
   * @throws {KeyStoreError} when the file cannot be read or written; it stays as it is
   */
  async update(change: (content: T) => T | undefined, signal: AbortSignal): Promise<boolean> {
    await makeDirectory(this.#directory);
    const call = { signal, background: false };
    const lock = await waitFor(this.#directory, call, () => this.#lock.tryAcquire());
    return holding(this.#directory, lock, async () => {
      const next = change(await this.#read());
      if (next === undefined) return false;
      signal.throwIfAborted();
      await this.#write(next, lock);
      return true;
    });
  }

  async #read(): Promise<T> {
    const file = await readKnownFile(this.#path);
    return this.#parse(file?.content.use((bytes) => new TextDecoder().decode(bytes)) ?? '');
  }

  #parse(text: string): T {
    const parsed = this.#kind.parse(text);
    if ('content' in parsed) return parsed.content;
    const message = `line ${String(parsed.damagedLine)} is damaged, so ${this.#kind.consequence}`;
    throw new KeyStoreError('KEY_FILE_INVALID', this.#path, message);
  }

  async #write(content: T, lock: HeldLock): Promise<void> {
    await ignoreInGit(this.#directory);
    const bytes = new TextEncoder().encode(this.#kind.format(content));
    const temporary = await writeTemporary(this.#path, bytes, this.#kind.mode);
    try {
      await lock.check();
      await commitOver(temporary, this.#path);
    } finally {
      await remove(temporary);
    }
    await syncDirectory(this.#directory);
  }
}
