/**
 * The newest key configuration that was taken from each realm (protocol version 2, section 4.2): an older one, played
 * back by someone on the path, is refused with these numbers, also after a restart.
 */

/** Two numbers of a key configuration, of which neither may ever go back. */
export interface SeenConfiguration {
  /** Epoch of the delegation: 0 to 2^32 - 1. */
  readonly epoch: number;
  /** Unix time in seconds, below 2^53. */
  readonly issuedAt: number;
}

/** Remembers the highest numbers of each realm. */
export interface SeenConfigurations {
  /**
   * The highest that were ever raised; `undefined` for a realm that is new.
   *
   * @param realm 1 to 255 ASCII characters
   * @throws {KeyStoreError} when it cannot be read, or is damaged
   */
  recall(realm: string): Promise<SeenConfiguration | undefined>;
  /**
   * Raises each number that is higher than what is remembered, and lowers none, whatever other processes do.
   *
   * @param signal ends the wait for other processes; nothing is written afterwards
   * @returns the highest of each, this one included: a number above that of `seen` means that `seen` is out of date
   * @throws {KeyStoreError} when it cannot be stored
   */
  raise(realm: string, seen: SeenConfiguration, signal: AbortSignal): Promise<SeenConfiguration>;
}

/** The higher of each number. */
export function highest(a: SeenConfiguration, b: SeenConfiguration | undefined): SeenConfiguration {
  if (b === undefined) return a;
  return { epoch: Math.max(a.epoch, b.epoch), issuedAt: Math.max(a.issuedAt, b.issuedAt) };
}

/** Whether both numbers are the same. */
export function isSame(a: SeenConfiguration, b: SeenConfiguration | undefined): boolean {
  return a.epoch === b?.epoch && a.issuedAt === b.issuedAt;
}
