/** Fingerprints of others' keys, as first seen: what `known_hosts` is to ssh. */

/** Remembers one fingerprint for each name. */
export interface KnownKeys {
  /**
   * What is remembered for `name`.
   *
   * @param name one word, such as a URL
   * @throws {KeyStoreError} when it cannot be read, or is damaged: then nothing is known, and nothing is overwritten
   */
  recall(name: string): Promise<string | undefined>;
  /**
   * Remembers `next.fingerprint`, unless something else than `next.replaces` is remembered by now.
   *
   * @param signal ends the wait for other processes; nothing is written afterwards
   * @returns whether it did
   * @throws {KeyStoreError} when it cannot be stored
   */
  remember(name: string, next: NextKnownKey, signal: AbortSignal): Promise<boolean>;
}

/** What is to be remembered. */
export interface NextKnownKey {
  /** `sha256/` and the base64 of the SHA-256 of an SPKI. */
  readonly fingerprint: string;
  /** What {@link KnownKeys.recall} gave before. */
  readonly replaces: string | undefined;
}
