/**
 * The newest key configuration accepted from each realm (protocol version 2, section 4.2). These numbers reveal an
 * older one that an attacker on the path replays, even after a restart.
 */

/** Two numbers of a key configuration, neither of which may ever decrease. */
export interface SeenConfiguration {
  /** Epoch of the delegation: 0 to 2^32 - 1. */
  readonly epoch: number;
  /** Time of issue, Unix time in seconds, below 2^53. */
  readonly issuedAt: number;
}

/** Remembers the highest numbers of each realm. */
export interface SeenConfigurations {
  /**
   * The highest numbers remembered for a realm; `undefined` for a new realm.
   *
   * @param realm 1 to 255 ASCII characters
   * @throws {InvalidArgumentError} on any other realm
   * @throws {KeyStoreError} when the store cannot be read, or is damaged
   */
  recall(realm: string): Promise<SeenConfiguration | undefined>;
  /**
   * Raises each remembered number that is lower than that in `seen`, and never lowers one, whatever other processes do.
   *
   * @param signal ends the wait for other processes; nothing is written after that
   * @returns the highest of each number, `seen` included; a number above that in `seen` means that `seen` is outdated
   * @throws {InvalidArgumentError} on an invalid realm or number
   * @throws {KeyStoreError} when it cannot be stored
   * @throws the signal's reason
   */
  raise(realm: string, seen: SeenConfiguration, signal: AbortSignal): Promise<SeenConfiguration>;
}

/** Returns the higher of each number. */
export function highest(a: SeenConfiguration, b: SeenConfiguration | undefined): SeenConfiguration {
  if (b === undefined) return a;
  return { epoch: Math.max(a.epoch, b.epoch), issuedAt: Math.max(a.issuedAt, b.issuedAt) };
}

/** Reports whether both numbers are the same. */
export function isSame(a: SeenConfiguration, b: SeenConfiguration | undefined): boolean {
  return a.epoch === b?.epoch && a.issuedAt === b.issuedAt;
}
