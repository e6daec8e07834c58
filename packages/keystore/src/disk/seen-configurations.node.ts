/** Seen configurations in a file next to the key pair. */
import { formatSeen, parseSeen } from '../format/seen-configurations.js';
import {
  highest,
  isSame,
  type SeenConfiguration,
  type SeenConfigurations,
} from '../remembered/seen-configurations.js';
import { SharedFile, type SharedFileKind } from './shared-file.node.js';
import { MODE } from './write-file.node.js';

const SEEN: SharedFileKind<ReadonlyMap<string, SeenConfiguration>> = {
  name: 'seen_configurations',
  mode: MODE.privateFile,
  parse: parseSeen,
  format: formatSeen,
  consequence:
    'an outdated key configuration would go unnoticed. Restore the file; without it, the next configuration is trusted',
};

/** The newest key configuration seen from each realm, in `seen_configurations`. */
export class FileSeenConfigurations implements SeenConfigurations {
  readonly #file: SharedFile<ReadonlyMap<string, SeenConfiguration>>;

  /** @param directory absolute */
  constructor(directory: string) {
    this.#file = new SharedFile(directory, SEEN);
  }

  async recall(realm: string): Promise<SeenConfiguration | undefined> {
    return (await this.#file.read()).get(realm);
  }

  async raise(realm: string, seen: SeenConfiguration, signal: AbortSignal): Promise<SeenConfiguration> {
    const before = await this.recall(realm);
    let next = highest(seen, before);
    // Most of the time nothing is new, and seeing that needs no lock.
    if (isSame(next, before)) return next;
    await this.#file.update((known) => {
      next = highest(seen, known.get(realm));
      return isSame(next, known.get(realm)) ? undefined : new Map(known).set(realm, next);
    }, signal);
    return next;
  }
}
