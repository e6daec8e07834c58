/** Fingerprints of routers' keys as first seen, like ssh's `known_hosts`. */

/** Remembers one fingerprint for each name. */
export interface KnownKeys {
  /**
   * The fingerprint remembered for `name`; `undefined` if there is none.
   *
   * @param name one word, such as a URL
   * @throws {KeyStoreError} when the store cannot be read, or is damaged; nothing is overwritten then
   */
  recall(name: string): Promise<string | undefined>;
  /**
   * Remembers `next.fingerprint`, provided that `next.replaces` is still the one remembered.
   *
   * @param signal ends the wait for other processes; nothing is written after that
   * @returns whether it was remembered
   * @throws {KeyStoreError} when it cannot be stored
   * @throws the signal's reason
   */
  remember(name: string, next: NextKnownKey, signal: AbortSignal): Promise<boolean>;
}

/** A fingerprint to remember. */
export interface NextKnownKey {
  /** `sha256/` and the base64 of the SHA-256 of an SPKI. */
  readonly fingerprint: string;
  /** The result of {@link KnownKeys.recall}, which this one replaces; `undefined` for the first. */
  readonly replaces: string | undefined;
}
