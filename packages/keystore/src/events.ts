import type { NomyoErrorCode } from '@nomyo/base';

/** What a key store tells about itself. A closed list, with fingerprints, paths and codes, and never a secret. */
export type KeyStoreEvent = KeyLoadedEvent | KeyGeneratedEvent | KeyRotatedEvent | RotationFailedEvent;

/** The pair was read from its file. */
export interface KeyLoadedEvent {
  readonly type: 'key-loaded';
  /** `sha256/` and the base64 of the SHA-256 of the public key's SPKI. */
  readonly fingerprint: string;
  /** The private key file. */
  readonly path: string | undefined;
}

/** The first pair was made. */
export interface KeyGeneratedEvent {
  readonly type: 'key-generated';
  readonly fingerprint: string;
  /** The private key file, or `undefined` when the pair lives in memory only. */
  readonly path: string | undefined;
}

/** New requests use another pair from now on; those under way keep theirs. */
export interface KeyRotatedEvent {
  readonly type: 'key-rotated';
  /** Fingerprint of the pair that was in use. */
  readonly previous: string;
  /** Fingerprint of the pair that is in use now. */
  readonly current: string;
  /** Whether another process made the new pair, or the caller gave it. */
  readonly adopted: boolean;
  readonly path: string | undefined;
}

/** No new pair could be made or stored. The old one goes on serving, and the store tries again. */
export interface RotationFailedEvent {
  readonly type: 'rotation-failed';
  readonly code: NomyoErrorCode;
  /** The file or directory at fault, where there is one. */
  readonly path: string | undefined;
  /** When the store tries again, in ms from now. */
  readonly retryInMs: number;
}

/** Takes events. What it throws, or rejects with, is ignored: a listener breaks nothing. */
export type KeyStoreListener = (event: KeyStoreEvent) => void;

/** Tells `listener`, whatever it does. */
export function tell(listener: KeyStoreListener | undefined, event: KeyStoreEvent): void {
  try {
    // TypeScript lets an async function stand where a function without a result is asked for.
    const result: unknown = listener?.(event);
    Promise.resolve(result).catch(() => undefined);
  } catch {
    // The listener's own trouble.
  }
}
