/** The current API keys. The file is reread when it changes, so that keys can be added to a running router. */
import { stat } from 'node:fs/promises';
import { readPrivateFile, type NamedFile } from '../files/private-file.js';
import { decodeApiKeys } from './api-keys-file.js';
import { findApiKey, type ApiKeyEntry } from './api-key.js';

/** Shortest time between two looks at the file, in ms. */
const LOOK_EVERY_MS = 1_000;

/** The access rules for clients. */
export interface Access {
  /** @returns the entry of the key; `undefined` when it is missing or wrong; `anyone` when no keys are required */
  find(key: string | undefined): Promise<ApiKeyEntry | 'anyone' | undefined>;
}

/** Lets everyone in, with or without a key. */
export const OPEN_TO_ALL: Access = { find: () => Promise.resolve('anyone') };

/** Lets in whoever has a key that is in the file. */
export class KeyRing implements Access {
  readonly #file: NamedFile;
  readonly #onTrouble: (message: string) => void;
  #entries: ReadonlyMap<string, ApiKeyEntry> = new Map();
  #version = '';
  #lookedAt = 0;

  private constructor(file: NamedFile, onTrouble: (message: string) => void) {
    this.#file = file;
    this.#onTrouble = onTrouble;
  }

  /** @throws {UsageError} when the file cannot be used */
  static async load(file: NamedFile, onTrouble: (message: string) => void): Promise<KeyRing> {
    const ring = new KeyRing(file, onTrouble);
    await ring.#read();
    return ring;
  }

  async find(key: string | undefined): Promise<ApiKeyEntry | undefined> {
    await this.#look();
    return findApiKey(this.#entries, key ?? '');
  }

  /** A file that became unusable changes nothing, so a half-written file neither drops nor admits keys. */
  async #look(): Promise<void> {
    const now = Date.now();
    if (now - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    try {
      await this.#read();
    } catch (error) {
      this.#onTrouble(error instanceof Error ? error.message : 'the file of API keys cannot be used');
    }
  }

  async #read(): Promise<void> {
    const version = await versionOf(this.#file.path);
    if (version !== '' && version === this.#version) return;
    const content = await readPrivateFile(this.#file);
    this.#entries = new Map(decodeApiKeys(this.#file, content).map((entry) => [entry.id, entry]));
    this.#version = version;
  }
}

/** Empty when there is no such file; reading it reports why. */
async function versionOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return [mtimeMs, size, ino].join(' ');
  } catch {
    return '';
  }
}
